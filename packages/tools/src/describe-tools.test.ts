import { expect, it } from 'vitest';
import { describeTools, type ToolRow } from './describe-tools.ts';

/** Markdown as the formatter leaves it: columns as wide as their widest cell. */
function toTable(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  const lines = rows.map(
    (row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function toCells({
  name,
  effect,
  risk,
  timeoutMs = 0,
  maxOutputChars,
  profiles,
  description,
}: ToolRow): readonly string[] {
  const output = maxOutputChars.toLocaleString('en');
  return [
    `\`${name}\``,
    effect,
    risk,
    profiles.join(', '),
    `${timeoutMs / 1000} s`,
    output,
    description,
  ];
}

it('has its page in the documentation: `pnpm vitest run packages/tools -u` writes it', async () => {
  const head = ['Tool', 'Effect', 'Risk', 'Profiles', 'Timeout', 'Output', 'What it does'];
  const page = `# Tools

Generated from \`describeTools()\` of \`@cuttle/tools\`; do not edit.

- Effect: what recovery does with a call that was cut off. \`pure\` runs again, \`keyed\` runs again and takes effect once, \`opaque\` is never run again.
- Risk: with untrusted content in the conversation, \`send\`, \`execute\` and \`network\` wait for an approval.
- Profiles: \`tools.profile\` chooses one; \`tools.allow\` adds tools and \`tools.deny\` takes away, by name, \`group:<group>\` or \`prefix*\`.
- Output: characters that the model gets; what is longer is cut with a mark, or given in parts.

${toTable([head, ...describeTools().map(toCells)])}
`;
  await expect(page).toMatchFileSnapshot('../../../docs/tools.md');
});
