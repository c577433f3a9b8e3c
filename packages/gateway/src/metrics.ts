import type { GatewayDeps } from './gateway-deps.ts';

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

/** `/metrics` in the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export async function renderMetrics(
  { store, facts, runtime }: GatewayDeps,
  connections: number,
): Promise<string> {
  const counts = await store.reader.counts();
  const { running, waiting } = runtime.load();
  const gauges: readonly Gauge[] = [
    {
      name: 'cuttle_uptime_seconds',
      help: 'Seconds since the start.',
      value: facts.uptimeMs() / 1000,
    },
    {
      name: 'cuttle_ready',
      help: '1 when messages can be accepted.',
      value: facts.notReady().length === 0 ? 1 : 0,
    },
    {
      name: 'cuttle_resident_memory_bytes',
      help: 'Resident memory of the process.',
      value: facts.memoryBytes(),
    },
    {
      name: 'cuttle_event_loop_delay_p99_ms',
      help: '99th percentile of the delay of the event loop.',
      value: facts.eventLoopP99Ms(),
    },
    { name: 'cuttle_connections', help: 'Open WebSockets.', value: connections },
    {
      name: 'cuttle_sessions_working',
      help: 'Sessions with a run under way in this process.',
      value: running,
    },
    {
      name: 'cuttle_sessions_waiting',
      help: 'Sessions that wait for their turn in this process.',
      value: waiting,
    },
    { name: 'cuttle_sessions', help: 'Sessions in the store.', value: counts.sessions },
    {
      name: 'cuttle_inbounds_queued',
      help: 'Accepted messages that no run has taken up.',
      value: counts.queued,
    },
    { name: 'cuttle_runs_active', help: 'Runs that are not ended.', value: counts.running },
    {
      name: 'cuttle_runs_parked',
      help: 'Runs that wait for an approval or a connection.',
      value: counts.parked,
    },
    {
      name: 'cuttle_deliveries_pending',
      help: 'Outbound messages not delivered yet.',
      value: counts.undelivered,
    },
    { name: 'cuttle_deliveries_dead', help: 'Outbound messages given up.', value: counts.dead },
    {
      name: 'cuttle_deliveries_unconfirmed',
      help: 'Outbound messages whose delivery cannot be known.',
      value: counts.unconfirmed,
    },
  ];
  return gauges
    .map(
      ({ name, help, value }) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`,
    )
    .join('');
}
