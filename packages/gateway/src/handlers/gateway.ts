import { commandTable } from '@cuttle/runtime';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { isoTime } from '../iso-time.ts';
import { describeProtocol } from '../describe-protocol.ts';
import type { GatewayDeps, Handlers } from '../gateway-deps.ts';
import { channelReports } from './channels.ts';

export type GatewayHandlers = Pick<
  Handlers,
  'protocol.describe' | 'health' | 'status' | 'commands.list' | 'web.code'
>;

export function createGatewayHandlers(gateway: {
  connections(): number;
  makeCode: (
    caller: Parameters<Handlers['web.code']>[1]['caller'],
  ) => Promise<{ code: string; expiresAt: number }>;
}): GatewayHandlers {
  return {
    'protocol.describe': async () => describeProtocol(),
    health: async ({ facts }) => {
      const reasons = [...facts.notReady()];
      return { ok: true, ready: reasons.length === 0, reasons, uptimeMs: facts.uptimeMs() };
    },
    status: (deps) => readStatus(deps, gateway.connections()),
    'commands.list': async () => ({
      commands: commandTable.map(({ name, args, description }) => ({ name, args, description })),
    }),
    async 'web.code'({ facts }, { caller }) {
      const { code, expiresAt } = await gateway.makeCode(caller);
      return { url: `${facts.url()}/#code=${code}`, expiresAt: isoTime(expiresAt) };
    },
  };
}

async function readStatus(deps: GatewayDeps, connections: number): Promise<ResultOf<'status'>> {
  const { facts, store } = deps;
  const counts = await store.reader.counts();
  const reasons = [...facts.notReady()];
  const { ref, reason } = facts.model();
  return {
    version: facts.version,
    pid: facts.pid,
    url: facts.url(),
    home: facts.home,
    uptimeMs: facts.uptimeMs(),
    ready: reasons.length === 0,
    reasons,
    model: ref,
    modelReason: reason,
    sessions: counts.sessions,
    queued: counts.queued,
    running: counts.running,
    waiting: counts.parked,
    subagents: counts.subagents,
    undelivered: counts.undelivered,
    dead: counts.dead,
    unconfirmed: counts.unconfirmed,
    connections,
    memoryMb: Math.round(facts.memoryBytes() / 1e5) / 10,
    eventLoopP99Ms: facts.eventLoopP99Ms(),
    channels: channelReports(deps),
    configProblems: [...facts.configProblems()],
  };
}
