import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, openHome } from './open-home.ts';

let home: CliHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
});

describe('cuttle run', () => {
  it('starts a gateway where none runs, answers, and leaves it there', async () => {
    expect(await home.run('health')).toMatchObject({ status: 3 });
    const first = await home.run('run', 'Hello there');
    expect(first).toEqual({
      status: 0,
      out: 'You said: Hello there\n',
      err: 'Starting a gateway in the background; `cuttle stop` ends it.\n',
    });
    const pid = await home.gatewayPid();
    const second = await home.runWith('from a pipe\n', 'run', '-');
    expect(second).toEqual({ status: 0, out: 'You said: from a pipe\n', err: '' });
    expect(await home.gatewayPid()).toBe(pid);
    expect((await stat(join(home.folder, 'credentials/gateway-token'))).mode & 0o777).toBe(0o600);

    const asked = await home.run('run', '--json', '--new', 'As JSON');
    expect(JSON.parse(asked.out)).toMatchObject({ status: 'completed', text: 'You said: As JSON' });
    const { runId } = JSON.parse(asked.out) as { runId: string };
    expect((await home.run('why', runId)).out).toContain(`${runId}  answered  in agent:main:run-`);
    const { sessions } = JSON.parse((await home.run('sessions', 'list', '--json')).out) as {
      sessions: { sessionKey: string }[];
    };
    expect(sessions.map(({ sessionKey }) => sessionKey.split('-')[0])).toEqual([
      'agent:main:run',
      'agent:main:main',
    ]);
    expect((await home.run('sessions', 'show', 'main')).out).toContain('You said: from a pipe');
    expect((await home.run('status')).out).toContain('local/gpt-4.1-mini');
    expect(await home.run('stop')).toMatchObject({ status: 0, out: 'Stopped.\n' });
    expect(await home.run('status')).toMatchObject({ status: 3 });
  });

  it('shows the answer while it grows, and tools beside it', async () => {
    const running = home.start('run', '[[tool=math_eval {"expression":"6*7"}]] [[delay=5]]');
    await running.until('→ math_eval {"expression":"6*7"}');
    expect(await running.ended).toMatchObject({ status: 0, out: 'Results: math_eval → 42. \n' });
  });

  it('stops the run at Ctrl-C', async () => {
    const running = home.start('run', '[[tokens=2000]] [[delay=20]]');
    await running.until('quick brown');
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ status: 130 });
    expect((await home.run('status')).out).toContain('0 running');
  });

  it('sends files along, and says which cannot go', async () => {
    await writeFile(join(home.folder, 'notes.txt'), 'buy marmalade');
    const notes = join(home.folder, 'notes.txt');
    const { status, out } = await home.run('run', 'Read this', '--attach', notes);
    expect(status).toBe(0);
    expect(out).toContain('[document notes.txt: its text:');
    expect(out).toContain('buy marmalade');
    const none = await home.run('run', 'And this', '-a', join(home.folder, 'none.txt'));
    expect(none).toMatchObject({ status: 1, out: '' });
    expect(none.err).toContain('none.txt: there is no such file.');
  });

  it('says why there is no answer', async () => {
    const { status, out, err } = await home.run('run', '[[fail=401]]');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('provider.auth');
  });
});

describe('cuttle chat', () => {
  it('answers the lines of a pipe one after another, commands too, until /quit', async () => {
    const { status, out, err } = await home.runWith(
      'one\n/model\n\ntwo\n/quit\nthree\n',
      'chat',
      '-s',
      'piped',
    );
    expect({ status, out }).toEqual({
      status: 0,
      out: 'You said: one\nThis session uses local/gpt-4.1-mini.\nYou said: two\n',
    });
    expect(err).toBe('Starting a gateway in the background; `cuttle stop` ends it.\n');
  });

  it('sends files with the next message, and asks for what a sub-agent may not do by itself', async () => {
    const notes = join(home.folder, 'my notes.txt');
    await writeFile(notes, 'buy marmalade');
    await home.run('start', '-d');
    await home.run('config', 'set', 'tools.profile', 'full');
    const chat = home.start('chat', '-s', 'files');
    chat.process.stdin?.write(`/attach "${notes}"\nRead this\n`);
    await chat.until('With the next message: my notes.txt.');
    await chat.until('buy marmalade');
    // The file is a stranger's word: what reaches out is asked for from here on.
    const fetch = `[[tool=web_fetch ${JSON.stringify({ url: 'http://127.0.0.1:1/elm' })}]]`;
    const spawn = JSON.stringify({ task: fetch, label: 'elm', wait: true });
    chat.process.stdin?.end(`[[tool=agent_spawn ${spawn}]] [[say=It is over.]]\n`);
    await chat.until('web_fetch of sub-agent "elm" {"url":"http://127.0.0.1:1/elm"');
    const { approvals } = JSON.parse((await home.run('approvals', 'list', '--json')).out) as {
      approvals: { approvalId: string; tool: string }[];
    };
    expect(approvals.map(({ tool }) => tool)).toEqual(['web_fetch']);
    const deny = ['approvals', 'deny', approvals[0]?.approvalId ?? ''];
    expect(await home.run(...deny)).toMatchObject({ status: 0, out: 'Denied.\n' });
    const { status, out } = await chat.ended;
    expect(status).toBe(0);
    expect(out).toContain('web_fetch → Error: The owner denied this call.');
    expect((await home.run('approvals', 'list')).out).toBe('Nothing waits for an approval.\n');
  });

  it('goes on where it was when the gateway was killed in the middle of an answer', async () => {
    await home.run('start', '-d');
    const chat = home.start('chat');
    chat.process.stdin?.end('[[tokens=60]] [[delay=20]]\n');
    await chat.until('quick brown');
    process.kill(await home.gatewayPid(), 'SIGKILL');
    await chat.until('The connection was lost; trying again.');
    expect(await home.run('start', '-d')).toMatchObject({ status: 0 });
    const { status, out, err } = await chat.ended;
    expect(status).toBe(0);
    expect(err).toContain('Connected again.');
    const { entries } = JSON.parse((await home.run('sessions', 'show', 'main', '--json')).out) as {
      entries: { messages: { role: string; parts: { text: string }[] }[] }[];
    };
    const answers = entries
      .flatMap(({ messages }) => messages)
      .filter(({ role }) => role === 'assistant');
    // The model was asked again and said the same: nobody sees the seam.
    expect(answers.map(({ parts }) => parts[0]?.text)).toEqual([out.slice(0, -1)]);
    expect(out.split(' ').length).toBeGreaterThan(59);
  });

  it('stops an answer at the first Ctrl-C and leaves at the second', async () => {
    const chat = home.start('chat');
    chat.process.stdin?.write('[[tokens=2000]] [[delay=20]]\n');
    await chat.until('quick brown');
    chat.process.kill('SIGINT');
    await chat.until('(stopped)');
    chat.process.stdin?.write('/status\n');
    await chat.until('run: none,');
    chat.process.kill('SIGINT');
    await chat.until('Ctrl-C again, or /quit, leaves.');
    chat.process.kill('SIGINT');
    expect(await chat.ended).toMatchObject({ status: 130 });
  });
});

describe('cuttle start', () => {
  it('stays with the gateway until a signal, lets it drain, and returns its status', async () => {
    const gateway = home.start('start');
    await gateway.until('/#code=');
    expect(await home.run('start')).toMatchObject({
      status: 1,
      err: expect.stringContaining('gateway.already-running'),
    });
    const pid = await home.gatewayPid();
    expect(pid).not.toBe(gateway.process.pid);
    gateway.process.kill('SIGTERM');
    expect(await gateway.ended).toMatchObject({ status: 0 });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

describe('cuttle config', () => {
  it('changes the file of a gateway that runs, which applies it', async () => {
    await home.run('start', '-d');
    expect(await home.run('config', 'set', 'agents.defaults.system', 'Be kind.')).toMatchObject({
      status: 0,
      out: 'Changed, and in force.\n',
    });
    expect(await home.run('config', 'get', 'agents.defaults.system')).toMatchObject({
      out: 'Be kind.\n',
    });
    expect(await home.run('config', 'set', 'log.level', 'loud')).toMatchObject({
      status: 1,
      err: expect.stringContaining('config.invalid'),
    });
    expect(await home.run('config', 'unset', 'agents.defaults.system')).toMatchObject({
      status: 0,
    });
    expect((await home.run('config', 'get', 'providers.local.apiKey')).out).toBe('[redacted]\n');
  });
});

describe('cuttle retention', () => {
  it('shows what would go and takes nothing, until it is told to; the records stay whole', async () => {
    await home.run('run', 'Hello there');
    await home.run('config', 'set', 'retention.sessions.maxBytes', '1000');
    const would = await home.run('retention', '--dry-run');
    expect(would.out).toMatch(/^Would be removed:\n {2}1 runs with 2 entries, \d+ characters\n/);
    expect((await home.run('sessions', 'show', 'main')).out).toContain('You said: Hello there');
    const gone = await home.run('retention', '--remove');
    expect(gone.out).toBe(would.out.replace('Would be removed', 'Removed'));
    expect((await home.run('sessions', 'show', 'main')).out).not.toContain('Hello there');
    const { status, out } = await home.run('sessions', 'verify');
    expect({ status, whole: out.startsWith('whole') }).toEqual({ status: 0, whole: true });
    expect(out).toContain('2 purged');
  });
});
