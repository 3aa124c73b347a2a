"""RabbitMQ as a broker: two connections a process, durable classic queues, own rejected queue."""

from broker.rabbitmq.broker import RabbitmqBroker

__all__ = ["RabbitmqBroker"]
