/**
 * The file of a thread: beside this file in the sources, and beside the built file in a package or a bundle, where all built files
 * lie in one folder.
 */
export function workerFile(name: 'math-worker' | 'page-worker'): URL {
  const source = {
    'math-worker': new URL('./math-worker.ts', import.meta.url),
    'page-worker': new URL('./page-worker.ts', import.meta.url),
  }[name];
  return import.meta.url.endsWith('.ts') ? source : new URL(source.href.replace(/\.ts$/, '.js'));
}
