/** What a template may name: the body as it came, headers in lower case, the query. */
export interface TemplateFacts {
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

const place = /\{\{\s*([^{}]{1,200}?)\s*\}\}/g;
const mostValueChars = 20_000;

/**
 * Puts values in the place of `{{path}}`: `{{pull_request.title}}`, `{{commits[0].message}}`, `{{headers.x-github-event}}`, `{{query.from}}`,
 * `{{payload}}` in whole. What is not there is empty; what is no text is JSON. What is put in is not read as a template again.
 */
export function fillTemplate(template: string, facts: TemplateFacts): string {
  return template.replace(place, (_whole, path: string) => toText(findValue(path, facts)));
}

/** What a path names: of `headers`, `query` and `payload` where it begins so, else of the payload. Own fields alone are found. */
export function findValue(path: string, { payload, headers, query }: TemplateFacts): unknown {
  const roots: Readonly<Record<string, unknown>> = { payload, headers, query };
  const steps = path.replace(/\[(\d{1,9})\]/g, '.$1').split('.');
  const [first = '', ...rest] = steps;
  const isRooted = Object.hasOwn(roots, first) && !hasOwn(payload, first);
  const [start, walked] = isRooted ? [roots[first], rest] : [payload, steps];
  return walked.reduce<unknown>(
    (value, step) => (hasOwn(value, step) ? value[step] : undefined),
    start,
  );
}

function hasOwn(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= mostValueChars ? text : `${text.slice(0, mostValueChars).toWellFormed()} …`;
}
