// Reads a JSON list of documents; says for each, on a line of its own, what its schema has against it.
import { readFileSync } from 'node:fs'
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1'
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'

const kinds = { ScaledObject, PrometheusRule, ServiceMonitor }

for (const document of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    new kinds[document.kind](document).validate()
    console.log('')
  } catch (error) {
    console.log(error.message.replaceAll('\n', ' '))
  }
}
