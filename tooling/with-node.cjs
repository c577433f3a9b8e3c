// Runs a program with Node >= 24 and pnpm >= 11 first in PATH: this machine's own where they are new enough, else npx's copies.
// It needs no package and runs on Node 18. Usage: node tooling/with-node.cjs PROGRAM [ARGUMENT ...]
const { spawn, spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { constants } = require('node:os');
const { delimiter, dirname, join } = require('node:path');

const NODE = '24.21.0';
const PNPM = '11.28.11';
const root = dirname(__dirname);
const windows = process.platform === 'win32';
const remembered = join(root, '.turbo', 'tool-chain.json');

const major = (version) => Number.parseInt(String(version).replace(/^v/, ''), 10) || 0;

/** The folders to put before PATH, with what this machine lacks fetched by npx, which asks the registry only for what it has not got. */
function findTools(env) {
  const ownNode = major(process.version) >= 24;
  const own = ownNode ? dirname(process.execPath) + delimiter : '';
  const pnpm = spawnSync('pnpm', ['--version'], {
    env: { ...env, PATH: own + env.PATH },
    cwd: root,
    encoding: 'utf8',
    shell: windows,
  });
  const need = [];
  if (!ownNode) need.push('-p', `node@${NODE}`);
  if (major(pnpm.stdout) < 11) need.push('-p', `pnpm@${PNPM}`);
  if (need.length === 0) return own;

  const printPath = windows ? 'echo %PATH%' : 'echo "$PATH"';
  const words = ['--yes', '--prefer-offline', '--loglevel=error', ...need, '-c', printPath];
  const npx = spawnSync('npx', words, { env, cwd: root, encoding: 'utf8', shell: windows });
  if (npx.status !== 0) {
    process.stderr.write(npx.stderr || `npx did not start: ${npx.error?.message}\n`);
    process.stderr.write(
      `cuttle: could not fetch ${need.filter((word) => word !== '-p').join(' and ')}. ` +
        'Check the connection to the npm registry, or install Node 24 and pnpm 11 yourself.\n',
    );
    process.exit(npx.status || 1);
  }
  const added = npx.stdout
    .trim()
    .split(delimiter)
    .filter((folder) => !env.PATH.split(delimiter).includes(folder));
  return added.join(delimiter) + delimiter + own;
}

/** `findTools` costs up to a second, so its answer is kept until this Node, PATH or one of the folders changes. */
function rememberTools(env) {
  const key = [process.execPath, process.version, NODE, PNPM, env.PATH].join('\n');
  try {
    const kept = JSON.parse(readFileSync(remembered, 'utf8'));
    const folders = kept.front.split(delimiter).filter(Boolean);
    if (kept.key === key && folders.every((folder) => existsSync(folder))) return kept.front;
  } catch {
    // Nothing kept yet, or not by us: find them again.
  }
  const front = findTools(env);
  try {
    mkdirSync(dirname(remembered), { recursive: true });
    writeFileSync(remembered, JSON.stringify({ key, front }));
  } catch {
    // A checkout that cannot be written to is only slower.
  }
  return front;
}

const env = {
  ...process.env,
  PATH: process.env.PATH ?? process.env.Path ?? '',
  npm_config_loglevel: 'error',
  npm_config_prefer_offline: 'true',
  // Headers of another Node; a native build would use them.
  npm_config_nodedir: '',
  COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
  TURBO_TELEMETRY_DISABLED: '1',
};
env.PATH = join(root, 'node_modules', '.bin') + delimiter + rememberTools(env) + env.PATH;
if (windows) delete env.Path;

const [program, ...rest] = process.argv.slice(2);
// In a group of its own the program gets no signal from the terminal, only the one passed on below.
const child = spawn(program, rest, { stdio: 'inherit', env, detached: !windows });

// A terminal signals every process of the foreground group and npm passes the same signal on again,
// so that one Ctrl-C arrives here up to three times. Within a second they count as one.
const passedOn = new Map();
function passOn(signal) {
  const now = Date.now();
  if (now - (passedOn.get(signal) ?? 0) < 1000) return;
  passedOn.set(signal, now);
  child.kill(signal);
}
process.on('SIGINT', passOn).on('SIGTERM', passOn);
// A closed terminal ends the program. Without one (nohup, a service) nothing is to be heard.
if (process.stdin.isTTY) process.on('SIGHUP', () => passOn('SIGTERM'));

child.on('error', (error) => {
  process.stderr.write(`cuttle: ${program} did not start: ${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
