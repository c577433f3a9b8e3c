/**
 * The file of a thread: beside this file in the sources, and beside the built file in a package or a bundle, where all built files
 * lie in one folder.
 */
export function workerFile(name: 'math-worker' | 'page-worker'): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(`./${name}.${isSource ? 'ts' : 'js'}`, import.meta.url);
}
