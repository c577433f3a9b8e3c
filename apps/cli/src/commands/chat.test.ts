import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Bench } from '../testing/run-command.ts';
import type { Answer, Say } from '../testing/scripted-gateway.ts';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const sessionKey = 'agent:main:main';
const at = '2026-01-02T03:04:05.678Z';
const usage = { inputTokens: 1, outputTokens: 1 };

/** A session of one conversation at a time: each message is answered with `answer`, told in two pieces. */
function session(answer: (message: string) => string): Readonly<Record<string, Answer>> {
  const entries: unknown[] = [];
  let runs = 0;
  const tell = (say: Say, runId: string, data: Record<string, unknown>): void =>
    say('agent', {
      runId,
      sessionKey,
      seq: 0,
      stream: '',
      data,
      ...(String(data['type']).endsWith('delta')
        ? {}
        : { cursor: `${runId}.${String(data['type'])}` }),
    });
  return {
    'chat.history': () => ({ sessionKey, entries, queued: [], cursor: `c${entries.length}` }),
    'events.resume': () => ({ sessionKey, replayed: 0, cursor: `c${entries.length}` }),
    'chat.send': ({ message }, say) => {
      const text = String(message);
      if (text.startsWith('/')) return { runId: 'i', status: 'command', reply: `command ${text}` };
      runs += 1;
      const runId = `r${runs}`;
      const words = answer(text);
      const said = { role: 'assistant', parts: [{ type: 'text', text: words }] };
      entries.push(
        {
          seq: entries.length + 1,
          at,
          inboundId: runId,
          runId,
          messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
        },
        { seq: entries.length + 2, at, runId, step: 1, messages: [said] },
      );
      tell(say, runId, { type: 'run.start', model: 'm' });
      tell(say, runId, { type: 'text.start', blockId: '1.0' });
      tell(say, runId, { type: 'text.delta', blockId: '1.0', text: words.slice(0, 3) });
      tell(say, runId, { type: 'text.delta', blockId: '1.0', text: words.slice(3) });
      tell(say, runId, {
        type: 'step.end',
        step: 1,
        message: said,
        finish: 'stop',
        usage,
        model: 'm',
      });
      tell(say, runId, { type: 'run.end', outcome: { status: 'completed', finish: 'stop' } });
      return { runId, status: 'accepted' };
    },
    'agent.wait': ({ runId }) => ({ runId, status: 'completed' }),
  };
}

async function scene(answers: Readonly<Record<string, Answer>>, terminal: boolean): Promise<Bench> {
  const { cli } = await benchWith(answers, { terminal });
  return cli;
}

describe('chat', () => {
  it('prints the answers of a pipe, and nothing else, on stdout', async () => {
    const cli = await scene(
      session((text) => `You said: ${text}`),
      false,
    );
    cli.stdin.end('one\n/help\n\ntwo');
    expect(await cli.run('chat')).toEqual({
      status: 0,
      out: 'You said: one\ncommand /help\nYou said: two\n',
      err: '',
    });
  });

  it('leaves at /quit, whatever comes after it', async () => {
    const cli = await scene(
      session(() => 'x'),
      false,
    );
    cli.stdin.end('/quit\none\n');
    expect(await cli.run('chat')).toEqual({ status: 0, out: '', err: '' });
  });

  it('goes on after a message that was refused', async () => {
    const answers = session((text) => `You said: ${text}`);
    const cli = await scene(
      {
        ...answers,
        'chat.send': (params, say) => {
          if (params['message'] === 'bad') throw new TypeError('boom');
          return answers['chat.send']?.(params, say);
        },
      },
      false,
    );
    cli.stdin.end('bad\ngood\n');
    expect(await cli.run('chat')).toEqual({
      status: 0,
      out: 'You said: good\n',
      err: 'internal: Internal error\nLook at `cuttle logs`.\n',
    });
  });

  it('sends the files that were attached with the next words, not with a command', async () => {
    const gateway = await benchWith(
      session((text) => `You said: ${text}`),
      { terminal: false },
    );
    const { cli } = gateway;
    await writeFile(join(cli.home, 'a.txt'), 'buy milk');
    cli.stdin.end(`/attach ${cli.home}/a.txt\n/attach /none\n/help\nread it\nand now\n`);
    const { status, out, err } = await cli.run('chat');
    expect({ status, out }).toEqual({
      status: 0,
      out: 'command /help\nYou said: read it\nYou said: and now\n',
    });
    expect(err).toContain('With the next message: a.txt.');
    expect(err).toContain('/none: there is no such file.');
    const sent = gateway.gateway.received.filter(({ method }) => method === 'chat.send');
    const file = { mimeType: 'application/octet-stream', name: 'a.txt', data: 'YnV5IG1pbGs=' };
    expect(sent.map(({ params }) => params['attachments'])).toEqual([undefined, [file], undefined]);
  });

  it('keeps files for the next message where the gateway did not take the first', async () => {
    const answers = session((text) => `You said: ${text}`);
    const { cli, gateway } = await benchWith(
      {
        ...answers,
        'chat.send': (params, say) => {
          if (params['message'] === 'bad') throw new TypeError('boom');
          return answers['chat.send']?.(params, say);
        },
      },
      { terminal: false },
    );
    await writeFile(join(cli.home, 'a.txt'), 'buy milk');
    cli.stdin.end(`/attach ${cli.home}/a.txt\nbad\ngood\n`);
    expect(await cli.run('chat')).toMatchObject({ status: 0, out: 'You said: good\n' });
    const [first, second] = gateway.received.filter(({ method }) => method === 'chat.send');
    expect(first?.params['attachments']).toHaveLength(1);
    expect(second?.params['attachments']).toEqual(first?.params['attachments']);
  });

  it('shows what waits for an approval here and in sub-agents, once, and nothing of others', async () => {
    const ask = (approvalId: string, place: string): unknown => ({
      approvalId,
      runId: 'r',
      sessionKey: place,
      tool: 'wipe_table',
      input: { table: approvalId },
      planHash: 'h',
      state: 'pending',
      expiresAt: at,
    });
    const below = 'agent:main:subagent:s1';
    const row = { id: 's1', kind: 'task', label: 'elm', agentId: 'main', state: 'running' };
    const place = { parentSessionKey: sessionKey, parentRunId: 'r', rootRunId: 'r', depth: 1 };
    const answers = session((text) => `You said: ${text}`);
    const { cli } = await benchWith(
      {
        ...answers,
        'exec.approvals.list': () => ({
          approvals: [ask('own', sessionKey), ask('its', below), ask('other', 'agent:cook:main')],
        }),
        'subagents.list': () => ({
          subagents: [{ ...row, ...place, sessionKey: below, startedAt: at }],
        }),
        'chat.send': (params, say) => {
          say('session', { sessionKey, kind: 'subagent', subagentId: 's1' });
          say('session', { sessionKey: 'agent:cook:main', kind: 'subagent', subagentId: 's2' });
          return answers['chat.send']?.(params, say);
        },
      },
      { terminal: true },
    );
    let all = '';
    const shown = new Promise<void>((resolve) => {
      cli.stdout.on('data', (chunk: Buffer) => {
        all += chunk.toString('utf8');
        if (all.includes('You said: hello') && all.includes('/approve its')) resolve();
      });
    });
    const ended = cli.run('chat');
    cli.stdin.write('hello\r');
    await shown;
    cli.stdin.write('/quit\r');
    await ended;
    const asks = all.match(/\? wipe_table .*approval/g);
    expect(asks).toEqual([
      '? wipe_table {"table":"own"} waits for your approval',
      '? wipe_table of sub-agent "elm" {"table":"its"} waits for your approval',
    ]);
  });

  it('keeps the answer above the line that is being typed', async () => {
    const cli = await scene(
      session((text) => `You said: ${text}`),
      true,
    );
    const ended = cli.run('chat');
    const shown = new Promise<void>((resolve) => {
      let all = '';
      cli.stdout.on('data', (chunk: Buffer) => {
        all += chunk.toString('utf8');
        // The prompt stands on a line of its own below the answer.
        if (/You said: hello\n[^\n]*› [^\n]*$/.test(all)) resolve();
      });
    });
    cli.stdin.write('hello\r');
    await shown;
    cli.stdin.write('/quit\r');
    const { status, out } = await ended;
    expect(status).toBe(0);
    // Nothing takes the answer's line away.
    expect(out).not.toContain('You said: hello\u001B');
  });
});
