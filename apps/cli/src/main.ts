// The version is asked for by scripts and prompts: it is answered before anything is loaded.
import manifest from '../package.json' with { type: 'json' };

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V'))
  process.stdout.write(`${manifest.version}\n`);
else {
  const { runProcess } = await import('./run-process.ts');
  process.exitCode = await runProcess(process, { argv, version: manifest.version });
}
