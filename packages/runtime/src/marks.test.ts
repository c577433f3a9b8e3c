import type {
  Channel,
  ChannelInbound,
  ClaimedRun,
  FoundInbound,
  OutboundDraft,
  ReactionCapability,
  Reader,
  Store,
  StoredRun,
} from '@cuttle/core-types/ports';
import { sequentialIds } from '@cuttle/testkit';
import { expect, it } from 'vitest';
import type { AccountMarks, ChannelAccount, Kernel } from './kernel.ts';
import { endMarks, takenMark } from './marks.ts';
import type { RuntimeSettings } from './settings.ts';
import { standIn } from './testing/stand-in.ts';

const conversation = { accountId: 'account-1', key: 'chat', target: null, group: false };
const marks: AccountMarks = { taken: '👀', scope: 'all', done: '👍', failed: '😢' };

function reactionsOf(replaces: boolean): ReactionCapability {
  const part = (text: string) => ({ v: 1, text, payload: null, act: 'react' }) as const;
  return {
    replaces,
    mark: (messageId, emoji) => (emoji === 'none' ? undefined : part(`${messageId} +${emoji}`)),
    unmark: (messageId, emoji) => part(`${messageId} -${emoji}`),
  };
}

function accountOf(own: Partial<AccountMarks> = {}, replaces = true): ChannelAccount {
  const channel = standIn<Channel>({ id: 'test', reactions: reactionsOf(replaces) });
  return standIn<ChannelAccount>({ channel, marks: { ...marks, ...own } });
}

function kernelOf(account: ChannelAccount): Kernel {
  const reader = standIn<Reader>({
    findRun: async () => standIn<StoredRun>({ inbounds: ['in-1', 'in-2', 'in-3'] }),
    async findInbound(asked) {
      const inboundId = 'inboundId' in asked ? asked.inboundId : '';
      const messageId = inboundId === 'in-2' ? undefined : `m-${inboundId}`;
      return standIn<FoundInbound>({ inboundId, messageId });
    },
  });
  return standIn<Kernel>({
    newId: sequentialIds(),
    settings: () =>
      standIn<RuntimeSettings>({ delivery: standIn<RuntimeSettings['delivery']>({ ttlMs: 5000 }) }),
    accounts: new Map([['account-1', account]]),
    store: standIn<Store>({ reader }),
  });
}

const claimed = standIn<ClaimedRun>({
  runId: 'run-1',
  route: { kind: 'push', door: 'test', accountId: 'account-1', target: null, chat: 'dm' },
  conversationKey: 'chat',
});

function eventOf(more: Partial<ChannelInbound> = {}): ChannelInbound {
  return {
    externalId: 'x',
    kind: 'message',
    target: null,
    chat: { id: 'chat', kind: 'dm' },
    sender: { id: 'ann', isBot: false },
    messageId: 'm-1',
    text: 'hi',
    mentioned: false,
    replyToUs: false,
    at: 0,
    ...more,
  };
}

const inGroup = { chat: { id: 'chat', kind: 'group' } } as const;
const wordsOf = (drafts: readonly OutboundDraft[]): string[] => drafts.map(({ body }) => body.text);

it.each([
  ['all', {}, 1],
  ['all', inGroup, 1],
  ['direct', {}, 1],
  ['direct', inGroup, 0],
  ['group-all', {}, 0],
  ['group-all', inGroup, 1],
  ['group-mentions', inGroup, 0],
  ['group-mentions', { ...inGroup, mentioned: true }, 1],
  ['group-mentions', { ...inGroup, replyToUs: true }, 1],
  ['group-mentions', { mentioned: true }, 0],
  ['all', { kind: 'button' }, 0],
  ['all', { command: { name: 'help', args: '' } }, 0],
] as const)('marks by the scope %s an event %j: %i', (scope, event, count) => {
  const account = accountOf({ scope });
  const place = { conversation, inboundId: 'in-1' };
  const drafts = takenMark(kernelOf(account), account, { ...place, event: eventOf(event) });
  expect(wordsOf(drafts)).toEqual(count === 0 ? [] : ['m-1 +👀']);
  for (const draft of drafts)
    expect(draft).toMatchObject({ origin: 'mark:in-1', part: 0, kind: 'send', ttlMs: 5000 });
});

it('marks nothing without an emoji, and with none that the platform has', () => {
  for (const taken of ['', 'none']) {
    const account = accountOf({ taken });
    const about = { conversation, inboundId: 'in-1', event: eventOf() };
    expect(takenMark(kernelOf(account), account, about)).toEqual([]);
  }
});

it.each([
  ['done', true, {}, ['+👍']],
  ['failed', true, {}, ['+😢']],
  ['done', false, {}, ['-👀', '+👍']],
  ['done', true, { done: '' }, ['-👀']],
  ['done', false, { done: 'none' }, ['-👀']],
  ['done', false, { done: '👀' }, ['+👀']],
  ['done', true, { taken: '' }, []],
] as const)('ends marks as %s, replacing %s, with %j: %j', async (how, replaces, own, expected) => {
  const drafts = await endMarks(kernelOf(accountOf(own, replaces)), claimed, how);
  expect(wordsOf(drafts)).toEqual(
    ['in-1', 'in-3'].flatMap((id) => expected.map((words) => `m-${id} ${words}`)),
  );
  // None stands where the first words of an answer do.
  expect(drafts.every(({ part }) => part > 0)).toBe(true);
  const names = drafts.map(({ origin, part, kind }) => `${origin} ${part} ${kind}`);
  expect(new Set(names).size).toBe(names.length);
});
