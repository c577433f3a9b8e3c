import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Imports a module in a process of its own and says what was loaded for it. */
function loadedBy(name: string): string[] {
  const script = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => (console.log(url), next(url, context)) });
await import(${JSON.stringify(new URL(name, import.meta.url).href)});`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@cuttle/source', '--input-type=module', '--eval', script],
    { encoding: 'utf8', cwd: fileURLToPath(new URL('.', import.meta.url)) },
  );
  expect(stderr).toBe('');
  return stdout.split('\n');
}

// Each thread holds what it loads a second time: the schemas alone are 3 MB of a gateway that waits.
it.each(['writer-host.ts', 'reader-host.ts'])('%s loads no schema library', (name) => {
  const loaded = loadedBy(name);
  expect(loaded).toContainEqual(expect.stringContaining(name));
  expect(loaded.filter((url) => url.includes('zod'))).toEqual([]);
});
