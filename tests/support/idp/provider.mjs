// A certified OpenID provider for tests. Arguments: port, issuer, redirect URI. On standard output: "ready".
// Its sign-in takes any name of USERS without a password; POST /test/... changes what it does.
import { createServer } from "node:http";
import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import Provider from "oidc-provider";

const [port, issuer, redirectUri] = process.argv.slice(2);

const everybody = () => ({
  ann: { groups: ["ops", "staff"] },
  bert: { groups: ["staff"] },
  carla: { groups: ["ops", "bosses"] },
  dora: { groups: ["gardeners"] },
  viewer: { groups: ["staff"] },
  "no name": { groups: ["staff"], preferred_username: "<b>no name</b>" },
});
let users = everybody();

// As text in between: Node 20 stands still for ever if it collects the job that made a key while that key is exported.
function signingKey() {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { ...createPrivateKey(privateKey).export({ format: "jwk" }), kid: randomBytes(8).toString("hex"), alg: "RS256", use: "sig" };
}

// State survives a change of the key: only the keys of the provider are another's.
const rows = new Map();
class Memory {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload) { rows.set(this.key(id), payload); }
  async find(id) { return rows.get(this.key(id)); }
  async findByUid(uid) { return [...rows].filter(([key, row]) => key.startsWith(`${this.model}:`) && row.uid === uid).map(([, row]) => row)[0]; }
  async findByUserCode() { return undefined; }
  async destroy(id) { rows.delete(this.key(id)); }
  async consume(id) { rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async revokeByGrantId(grantId) { for (const [key, row] of rows) if (row.grantId === grantId) rows.delete(key); }
}

// Native: any port of the loopback address will do (RFC 8252, 7.3).
const client = { application_type: "native", redirect_uris: [redirectUri], response_types: ["code"], grant_types: ["authorization_code"] };
const cookieKeys = [randomBytes(16).toString("hex")];

function provider(conform) {
  return new Provider(issuer, {
    adapter: Memory,
    clients: [
      { ...client, client_id: "tickworks", client_secret: "a-client-secret-of-the-tests" },
      { ...client, client_id: "public", token_endpoint_auth_method: "none" },
    ],
    jwks: { keys: [signingKey()] },
    cookies: { keys: cookieKeys },
    pkce: { required: () => true },
    // With it the claims of scopes come from userinfo only, as the standard wants; without in the ID token.
    conformIdTokenClaims: conform,
    scopes: ["openid", "profile", "groups"],
    claims: { profile: ["preferred_username"], groups: ["groups"] },
    findAccount: (_, id) => users[id] && {
      accountId: id,
      claims: async () => ({ sub: id, preferred_username: id, ...users[id] }),
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Interaction: 600, Session: 600, Grant: 600 },
  });
}

let conform = true;
let current = provider(conform);

function page(uid) {
  return `<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><main><h1>Identity provider</h1>
<form method="post" action="/sign-in/${uid}"><label>Who are you? <input name="name"></label>
<button>Continue</button></form>
<form method="post" action="/sign-in/${uid}"><button name="refuse" value="1">Cancel</button></form></main></html>`;
}

async function body(request) {
  let text = "";
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

async function interaction(request, response) {
  const details = await current.interactionDetails(request, response);
  if (request.method !== "POST") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page(details.uid));
    return;
  }
  const sent = await body(request);
  if (sent.get("refuse")) {
    await current.interactionFinished(request, response, { error: "access_denied" });
    return;
  }
  const accountId = sent.get("name");
  const grant = new current.Grant({ accountId, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const grantId = await grant.save();
  await current.interactionFinished(request, response, { login: { accountId, remember: false }, consent: { grantId } });
}

async function change(request, response) {
  const sent = await body(request);
  if (request.url === "/test/rotate") current = provider(conform);
  if (request.url === "/test/claims") current = provider((conform = sent.get("conform") === "1"));
  if (request.url === "/test/reset") [users, current] = [everybody(), provider((conform = true))];
  if (request.url === "/test/groups") users[sent.get("name")].groups = sent.getAll("group");
  response.end("done");
}

createServer(async (request, response) => {
  try {
    if (request.url.startsWith("/test/")) await change(request, response);
    else if (request.url.startsWith("/sign-in/")) await interaction(request, response);
    else await current.callback()(request, response);
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
    response.end(String(error));
  }
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
