// npm start: install, build, then become the server.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root } from './steps.ts';

await install();
await build();

const command = [join(root, 'apps/server/dist/main.js'), ...process.argv.slice(2)];
if (process.execve && process.platform !== 'win32') {
  // Taking this process's place leaves no relay between the caller's signals and the server.
  process.execve(process.execPath, [process.execPath, ...command], process.env);
} else {
  const server = spawn(process.execPath, command, { stdio: 'inherit' });
  // Windows delivers the console's Ctrl-C to the server itself.
  process.on('SIGINT', () => {});
  server.on('exit', (code) => process.exit(code ?? 1));
}
