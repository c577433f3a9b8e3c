// pnpm generate [--check]: writes docs/reference from the sources, or says which file is not what the sources say.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CuttleError, errorCodes } from '@cuttle/core-types/errors';
import { methods, protocolVersion } from '@cuttle/core-types/protocol';
import { textCodes, textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import { actionLines } from './actions-page.ts';
import { conformanceLines } from './conformance-page.ts';
import { providerLines } from './providers-page.ts';

const folder = join(import.meta.dirname, 'reference');
const origin = 'Generated from the sources by `pnpm generate`; do not edit.';

/** Markdown ends a cell at a bar and a row at a line's end. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', '<br>');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const page = (title: string, lines: readonly string[]): string =>
  [`# ${title}`, '', origin, '', ...lines, ''].join('\n');

function protocolJson(): string {
  const rows = methods.map(({ name, summary, scope, since, params, result }) => ({
    name,
    summary,
    scope: scope ?? null,
    since,
    params: z.toJSONSchema(params, { io: 'input' }),
    result: z.toJSONSchema(result),
  }));
  return `${JSON.stringify({ note: origin, protocolVersion, methods: rows }, null, 2)}\n`;
}

function protocolPage(): string {
  const rows = methods.map(({ name, summary, scope, since }) =>
    row(`\`${name}\``, scope ?? 'any', String(since), summary),
  );
  return page('Protocol', [
    'Methods of `/ws`. Their params and results as JSON Schema: [protocol.json](protocol.json).',
    '',
    row('Method', 'Scope', 'Since', 'What it does'),
    row('---', '---', '---', '---'),
    ...rows,
  ]);
}

function errorsPage(): string {
  const rows = errorCodes.map((code) => {
    const { traits, hint } = new CuttleError(code, '');
    return row(`\`${code}\``, String(traits.status), traits.retryable ? 'yes' : 'no', hint);
  });
  return page('Errors', [
    row('Code', 'HTTP status', 'Worth retrying', 'Next step'),
    row('---', '---', '---', '---'),
    ...rows,
  ]);
}

function textsPage(): string {
  const rows = textCodes.map((code) => row(`\`${code}\``, textFor(code)));
  return page('Texts', [
    'What the system itself says, by reason code. `{name}` is a parameter.',
    '',
    row('Code', 'Text'),
    row('---', '---'),
    ...rows,
  ]);
}

const files: Readonly<Record<string, string>> = {
  'channel-tools.md': page('Channel tools', actionLines(row)),
  'conformance.md': page('Conformance of channels', conformanceLines(row)),
  'errors.md': errorsPage(),
  'protocol.json': protocolJson(),
  'protocol.md': protocolPage(),
  'providers.md': page('Providers', providerLines(row)),
  'texts.md': textsPage(),
};

// Written and held fresh by the tests of the packages whose sources they tell of (`vitest run -u`).
const pagesOfTests: ReadonlySet<string> = new Set([
  'cli.md',
  'commands.md',
  'config.md',
  'prompt.md',
]);

function readReference(): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder).filter((name) => !pagesOfTests.has(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const present = readReference();
const names = new Set([...Object.keys(files), ...Object.keys(present)]);
const stale = [...names].filter((name) => files[name] !== present[name]);

if (process.argv.includes('--check')) {
  for (const name of stale)
    process.stderr.write(`docs/reference/${name} is not what the sources say\n`);
  if (stale.length > 0) process.stderr.write('Run `pnpm generate` and commit the result.\n');
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const name of stale) {
    const text = files[name];
    if (text === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), text);
  }
}
