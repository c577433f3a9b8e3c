import { botApi, type FieldTable } from './bot-api.ts';
import { badRequest, type TelegramFailure } from './failure.ts';

export interface ValidCall {
  /** Values in their types: numbers, booleans and objects also where the wire carried text. */
  readonly params: Record<string, unknown>;
  readonly unknown: readonly string[];
}

/**
 * Checks a call against the Bot API: required fields are there and every value fits one of its types. Throws 400 in
 * the words of the real server, or in its style where the real server would take the value and misread it.
 */
export function validateCall(
  method: string,
  raw: Readonly<Record<string, unknown>>,
  files: ReadonlySet<string>,
): ValidCall {
  const table = botApi.methods[method] ?? {};
  const params: Record<string, unknown> = {};
  for (const [key, types] of Object.entries(table)) {
    const optional = key.endsWith('?');
    const name = optional ? key.slice(0, -1) : key;
    const value = files.has(name) ? `attach://${name}` : raw[name];
    if (value === undefined || value === null || value === '') {
      if (!optional) throw missing(method, name);
      if (value === '' && types === 'String') params[name] = '';
    } else params[name] = coerce(name, value, types);
  }
  const unknown = Object.keys(raw).filter(
    (name) => table[name] === undefined && table[`${name}?`] === undefined,
  );
  return { params, unknown };
}

/** Whether a value is a whole, correct object of the Bot API; the reason where not. For what the server itself sends. */
export function findFault(value: unknown, type: string): string | undefined {
  return checkType(value, type, 'value');
}

function missing(method: string, name: string): TelegramFailure {
  if (name === 'text') return badRequest('message text is empty');
  if (name === 'chat_id') return badRequest('chat_id is empty');
  if (name === 'message_id') return badRequest('message identifier is not specified');
  if (name === 'photo' || name === 'document' || name === 'voice')
    return badRequest(`there is no ${name} in the request`);
  if (name === 'user_id') return badRequest('invalid user_id specified');
  if (name === 'action') return badRequest('wrong parameter action in request');
  return badRequest(`parameter "${name}" is required`);
}

function coerce(name: string, value: unknown, types: string): unknown {
  const alternatives = types.split('|');
  const converted = typeof value === 'string' ? fromText(name, value, alternatives) : value;
  const faults = alternatives.map((type) => checkType(converted, type, name));
  if (faults.includes(undefined)) return converted;
  if (isScalar(alternatives[0]))
    throw badRequest(faults[0] ?? `wrong parameter ${name} in request`);
  throw badRequest(`can't parse ${name.replaceAll('_', ' ')}: ${faults[0] ?? 'wrong value'}`);
}

/** Forms carry everything as text; JSON bodies may too. */
function fromText(name: string, text: string, types: readonly string[]): unknown {
  if (types.includes('String') || types.includes('InputFile')) {
    return types.includes('Integer') && /^-?\d{1,16}$/.test(text) ? Number(text) : text;
  }
  if (types.includes('Integer') || types.includes('Float'))
    return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  if (types.includes('Boolean')) return toBoolean(text);
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch {
    throw badRequest(`can't parse ${name.replaceAll('_', ' ')} JSON object`);
  }
}

function toBoolean(text: string): unknown {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'yes' || lower === '1') return true;
  return lower === 'false' || lower === 'no' || lower === '0' ? false : text;
}

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  Integer: (value) => Number.isSafeInteger(value),
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  InputFile: (value) => typeof value === 'string',
};

function isScalar(type: string | undefined): boolean {
  return type !== undefined && scalars[type] !== undefined;
}

function checkType(value: unknown, type: string, name: string): string | undefined {
  const scalar = scalars[type];
  if (scalar !== undefined)
    return scalar(value) ? undefined : `field "${name}" must be of type ${type}`;
  if (type.startsWith('Array of ')) return checkArray(value, type.slice('Array of '.length), name);
  const union = botApi.unions[type];
  if (union !== undefined && union.length > 0) {
    const faults = union.map((member) => checkType(value, member, name));
    return faults.includes(undefined) ? undefined : `field "${name}" must be of type ${type}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `field "${name}" must be of type Object`;
  return checkFields(new Map(Object.entries(value)), botApi.types[type] ?? {});
}

function checkArray(value: unknown, type: string, name: string): string | undefined {
  if (!Array.isArray(value)) return `field "${name}" must be of type Array`;
  const items: readonly unknown[] = value;
  return items.map((item) => checkType(item, type, name)).find((fault) => fault !== undefined);
}

function checkFields(value: ReadonlyMap<string, unknown>, table: FieldTable): string | undefined {
  for (const [key, types] of Object.entries(table)) {
    const optional = key.endsWith('?');
    const name = optional ? key.slice(0, -1) : key;
    const field = value.get(name);
    if (field === undefined || field === null) {
      if (!optional) return `can't find field "${name}"`;
      continue;
    }
    const faults = types.split('|').map((type) => checkType(field, type, name));
    if (!faults.includes(undefined)) return faults[0];
  }
  return undefined;
}
