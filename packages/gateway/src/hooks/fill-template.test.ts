import { describe, expect, it } from 'vitest';
import { fillTemplate } from './fill-template.ts';

const facts = {
  payload: {
    action: 'opened',
    pull: { title: 'Mend {{action}} $& it', number: 17, labels: [{ name: 'bug' }, { name: 'ui' }] },
    'odd key': true,
    nothing: null,
    headers: { from: 'the body' },
  },
  headers: { 'x-github-event': 'pull_request' },
  query: { from: 'ci' },
};
const fill = (template: string): string => fillTemplate(template, facts);

describe('a template', () => {
  it.each([
    ['{{action}} #{{ pull.number }}', 'opened #17'],
    ['{{pull.labels[1].name}} and {{pull.labels.0.name}}', 'ui and bug'],
    ['{{query.from}}', 'ci'],
    ['{{odd key}}', 'true'],
    ['{{pull.labels}}', '[{"name":"bug"},{"name":"ui"}]'],
    // What the body itself has is meant first.
    ['{{headers.from}}', 'the body'],
    ['{{payload.action}}', 'opened'],
    ['{{pull.labels.length}}', '2'],
  ])('%s becomes %s', (template, text) => {
    expect(fill(template)).toBe(text);
  });

  it('reads nothing that was put in as a template or a pattern', () => {
    expect(fill('{{pull.title}}')).toBe('Mend {{action}} $& it');
  });

  it.each([
    '{{missing}}',
    '{{nothing}}',
    '{{action.length}}',
    '{{constructor.name}}',
    '{{__proto__}}',
    '{{pull.toString}}',
    '{{pull.labels[9].name}}',
    '{{nothing.at.all}}',
    '{{..}}',
  ])('%s is empty', (template) => {
    expect(fill(template)).toBe('');
  });

  it('leaves what is no place as it is, and cuts what is endless', () => {
    expect(fill('{action} {{}} {{a{b}}')).toBe('{action} {{}} {{a{b}}');
    const long = fillTemplate('{{payload}}', { ...facts, payload: 'x'.repeat(50_000) });
    expect(long).toHaveLength(20_002);
  });
});

it('takes headers where the body has none', () => {
  const bare = { ...facts, payload: ['one'] };
  expect(fillTemplate('{{headers.x-github-event}} {{[0]}}{{0}}', bare)).toBe('pull_request one');
});
