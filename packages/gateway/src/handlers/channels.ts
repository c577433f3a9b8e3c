import type { LoginStep } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { ChannelStatus } from '@cuttle/runtime';
import type { GatewayDeps, Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';

export const channelHandlers: Pick<
  Handlers,
  'channels.status' | 'channels.probe' | 'channels.directory' | 'channels.login' | 'channels.logout'
> = {
  'channels.status': async (deps) => ({ channels: channelReports(deps) }),
  async 'channels.probe'({ runtime }, { params: { channel, account } }, signal) {
    const { ok, ...more } = await runtime.logins.probe({ channel, name: account }, signal);
    return { ok, ...more };
  },
  async 'channels.directory'({ runtime }, { params }, signal) {
    const { channel, account: name, query, kind, limit } = params;
    const { rows, ...page } = await runtime.directory.find(
      { channel, name, query, kind, limit },
      signal,
    );
    return {
      ...page,
      rows: rows.map(({ handle, ...row }) => ({ ...row, ...(handle !== undefined && { handle }) })),
    };
  },
  async 'channels.login'({ runtime }, { params }, signal) {
    const { channel, account: name, seen, timeoutMs } = params;
    return toResult(await runtime.logins.logIn({ channel, name, seen, timeoutMs }, signal));
  },
  async 'channels.logout'({ runtime }, { params: { channel, account } }, signal) {
    await runtime.logins.logOut({ channel, name: account }, signal);
    return { ok: true };
  },
};

function toResult(step: LoginStep): ResultOf<'channels.login'> {
  return step.state === 'code' ? { ...step, expiresAt: isoTime(step.expiresAt) } : { ...step };
}

export function channelReports({
  runtime,
}: Pick<GatewayDeps, 'runtime'>): ResultOf<'channels.status'>['channels'] {
  return runtime.channels().map((status) => toReport(status));
}

function toReport({
  channel,
  account,
  state,
  name,
  platformId,
  detail,
  ambiguity,
  hasLogin,
}: ChannelStatus): ResultOf<'channels.status'>['channels'][number] {
  return {
    channel,
    account,
    state,
    ambiguity,
    hasLogin,
    ...(name !== undefined && { name }),
    ...(platformId !== undefined && { platformId }),
    ...(detail !== undefined && { detail }),
  };
}
