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
