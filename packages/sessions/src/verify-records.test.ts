import type { RecordFinding, RecordSlice, SessionRow } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { verifyRecords } from './verify-records.ts';

type Source = Parameters<typeof verifyRecords>[0];
const never = new AbortController().signal;

const slice = (more: Partial<RecordSlice> = {}): RecordSlice => ({
  checked: 0,
  unchained: 0,
  purged: 0,
  redacted: 0,
  findings: [],
  next: undefined,
  ...more,
});
const changed = (seq: number, uptoSeq = seq): RecordFinding => ({ fault: 'changed', seq, uptoSeq });

function rowOf(name: string): SessionRow {
  return { sessionId: `id-${name}`, sessionKey: name } as SessionRow; // no more of it is read
}

/** Sessions in pages of one, each with its slices. */
function sourceOf(
  sessions: Readonly<Record<string, readonly RecordSlice[]>>,
  more: Partial<Source> = {},
): Source {
  const names = Object.keys(sessions);
  return {
    findSession: async (key) => (key in sessions ? rowOf(key) : undefined),
    async listSessions({ before = '0' }) {
      const at = Number(before);
      const next = at + 1 < names.length ? String(at + 1) : undefined;
      return { sessions: names.slice(at, at + 1).map(rowOf), next };
    },
    async verifySession({ sessionId, cursor }) {
      return sessions[sessionId.slice('id-'.length)]?.[cursor?.seq ?? 0] ?? slice();
    },
    verifyAudit: async () => slice({ checked: 3 }),
    listAnchored: async () => [],
    ...more,
  };
}

describe('verifyRecords', () => {
  it('sums the slices of every session and of the audit', async () => {
    const source = sourceOf({
      a: [slice({ checked: 2, next: { seq: 1 } }), slice({ checked: 1, purged: 4 })],
      b: [slice({ checked: 5 })],
    });
    expect(await verifyRecords(source, {}, never)).toEqual({
      whole: true,
      sessionsChecked: 2,
      total: { checked: 8, unchained: 0, purged: 4, redacted: 0 },
      sessions: [
        {
          sessionId: 'id-a',
          sessionKey: 'a',
          checked: 3,
          unchained: 0,
          purged: 4,
          redacted: 0,
          findings: [],
        },
      ],
      audit: { checked: 3, unchained: 0, purged: 0, redacted: 0, findings: [] },
    });
  });

  it('joins a fault that goes on in the next slice', async () => {
    const source = sourceOf({
      a: [
        slice({ findings: [changed(7)], next: { seq: 1 } }),
        slice({ findings: [changed(8, 9), changed(12)] }),
      ],
    });
    const report = await verifyRecords(source, { sessionKey: 'a' }, never);
    expect(report).toMatchObject({
      whole: false,
      sessions: [{ findings: [changed(7, 9), changed(12)] }],
    });
  });

  it('names a session that is gone without a word', async () => {
    const source = sourceOf(
      {},
      { listAnchored: async () => [{ sessionId: 'lost', isThere: false }] },
    );
    const report = await verifyRecords(source, {}, never);
    expect(report.whole).toBe(false);
    expect(report.sessions).toMatchObject([
      { sessionId: 'lost', findings: [{ fault: 'missing', seq: 0, uptoSeq: 0 }] },
    ]);
  });

  it('checks sessions that move up in the list meanwhile', async () => {
    const names = ['a', 'b'];
    const source = sourceOf(
      { a: [slice({ checked: 1 })], b: [slice({ checked: 1 })] },
      {
        async listSessions() {
          const page = { sessions: names.slice(-1).map(rowOf), next: undefined };
          names.splice(0, 2, 'a', 'a');
          return page;
        },
      },
    );
    expect(await verifyRecords(source, {}, never)).toMatchObject({ sessionsChecked: 2 });
  });

  it('refuses a session that is not there, and ends when it is told to', async () => {
    const code = { code: 'session.not-found' };
    await expect(verifyRecords(sourceOf({}), { sessionKey: 'x' }, never)).rejects.toMatchObject(
      code,
    );
    const endless = sourceOf({ a: [slice({ next: { seq: 0 } })] });
    const verified = verifyRecords(endless, { sessionKey: 'a' }, AbortSignal.abort('enough'));
    await expect(verified).rejects.toBe('enough');
  });
});
