// pnpm new NAME TAG [DESCRIPTION]: a package from tooling/template. It asks nothing.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './steps.ts';

export interface NewPackage {
  readonly name: string;
  readonly tag: string;
  readonly description: string;
}

const template = join(root, 'tooling/template');

/** The files of a package from the template, by path inside the package. */
export function filesOf(values: NewPackage): Record<string, string> {
  const paths = readdirSync(template, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(template.length + 1));
  const fill = (text: string): string =>
    text
      .replaceAll('{{name}}', values.name)
      .replaceAll('{{tag}}', values.tag)
      .replaceAll('{{description}}', values.description);
  return Object.fromEntries(
    paths.map((path) => [path, fill(readFileSync(join(template, path), 'utf8'))]),
  );
}

/** What is wrong with a wish for a package, or undefined. */
export function objectionTo(
  { name, tag }: NewPackage,
  tags: readonly string[],
): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    return `The name "${name}" is not kebab-case. Usage: pnpm new NAME TAG [DESCRIPTION]`;
  if (!tags.includes(tag)) return `There is no tag "${tag}". Use one of: ${tags.join(', ')}.`;
  if (existsSync(join(root, 'packages', name))) return `packages/${name} is there already.`;
  return undefined;
}

function readTags(): string[] {
  // Our own file, checked by turbo.
  const { boundaries } = JSON.parse(readFileSync(join(root, 'turbo.json'), 'utf8')) as {
    readonly boundaries: { readonly tags: Readonly<Record<string, unknown>> };
  };
  return Object.keys(boundaries.tags);
}

if (import.meta.main) {
  const [name = '', tag = '', ...words] = process.argv.slice(2);
  const description = words.join(' ') || `The ${name} package of Cuttle.`;
  const wish = { name, tag, description };
  const objection = objectionTo(wish, readTags());
  if (objection) {
    process.stderr.write(`${objection}\n`);
    process.exit(1);
  }
  for (const [path, text] of Object.entries(filesOf(wish))) {
    const file = join(root, 'packages', name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  process.stdout.write(
    `packages/${name} is there. Next: pnpm install, a row in tooling/topology.test.ts, and docs/decisions/NNNN-${name}.md.\n`,
  );
}
