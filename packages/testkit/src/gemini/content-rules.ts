import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import type { Refusal } from './refusal.ts';
import { type Content, type Part, partDataFields } from './request-schema.ts';

const contentDocs = 'https://ai.google.dev/api/caching#Content';
const callDocs = 'https://ai.google.dev/gemini-api/docs/function-calling';

/** The rules on the conversation. Each refusal is the service's own sentence. */
export const contentRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'there is something to answer',
    source: 'https://github.com/google-gemini/generative-ai-js/issues/58',
    check: ({ body }) =>
      contentsOf(body).length === 0 ? invalid('contents', 'contents is not specified') : undefined,
  },
  {
    name: 'a role is user or model',
    source: `${contentDocs}, and a recorded answer of Vertex AI`,
    check: ({ body }) =>
      contentsOf(body).every(({ role = 'user' }) => roles.has(role))
        ? undefined
        : { message: 'Please use a valid role: user, model.' },
  },
  {
    name: 'a content has parts',
    source: contentDocs,
    check: ({ body }) => {
      const at = contentsOf(body).findIndex((content) => partsOf(content).length === 0);
      return at === -1
        ? undefined
        : invalid(`contents[${at}].parts`, 'contents.parts must not be empty.');
    },
  },
  {
    name: 'a part says exactly one thing',
    source: 'https://ai.google.dev/api/caching#Part',
    check: ({ body }) => firstOfParts(body, refusePart),
  },
  {
    name: 'what the model does is said by the model, and results by the user',
    source: callDocs,
    check: ({ body }) =>
      contentsOf(body).some(isMisplaced)
        ? {
            message:
              'Please ensure that function call turn contains at least one function_call part which can not be mixed with function_response parts.',
          }
        : undefined,
  },
  {
    name: 'a call follows what the user says or a result',
    source: 'https://github.com/google-gemini/gemini-cli/issues/4217',
    check: ({ body }) => refuseCallOrder(contentsOf(body)),
  },
  {
    name: 'results follow their calls at once',
    source: 'https://github.com/AstrBotDevs/AstrBot/issues/5416',
    check: ({ body }) => refuseResultOrder(contentsOf(body)),
  },
  {
    name: 'there are as many results as calls',
    source: 'https://github.com/google-gemini/gemini-cli/issues/3814',
    check: ({ body }) => refuseCount(contentsOf(body)),
  },
  {
    name: 'a result names its call',
    source: 'https://ai.google.dev/api/caching#FunctionResponse',
    check: ({ body }) => refuseStranger(contentsOf(body)),
  },
];

const roles: ReadonlySet<string> = new Set(['user', 'model', 'function']);

export function invalid(field: string, problem: string): Refusal {
  return { message: `* GenerateContentRequest.${field}: ${problem}\n` };
}

export function contentsOf({ contents = [] }: CheckedRequest['body']): readonly Content[] {
  return contents;
}

export function partsOf({ parts = [] }: Content): readonly Part[] {
  return parts;
}

export function callsIn(content: Content): readonly NonNullable<Part['functionCall']>[] {
  return partsOf(content).flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
}

export function resultsIn(content: Content): readonly NonNullable<Part['functionResponse']>[] {
  return partsOf(content).flatMap(({ functionResponse }) =>
    functionResponse ? [functionResponse] : [],
  );
}

export function firstOfParts(
  body: CheckedRequest['body'],
  refuse: (part: Part, field: string) => Refusal | undefined,
): Refusal | undefined {
  for (const [index, content] of contentsOf(body).entries()) {
    for (const [at, part] of partsOf(content).entries()) {
      const refusal = refuse(part, `contents[${index}].parts[${at}]`);
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
}

/** An empty text counts only where it carries a signature. */
function refusePart(part: Part, field: string): Refusal | undefined {
  const said = partDataFields.filter((key) => key in part);
  if (said.length > 1) {
    return {
      message: `Invalid value at '${field}' (oneof), oneof field 'data' is already set. Cannot set '${said[1]}'`,
    };
  }
  const empty = part.text === '' && part.thoughtSignature === undefined;
  if (said.length === 0 || empty)
    return invalid(`${field}.data`, "required oneof field 'data' must have one initialized field");
  if (part.functionCall && !part.functionCall.name)
    return invalid(`${field}.function_call.name`, 'Name cannot be empty.');
  if (part.functionResponse && !part.functionResponse.name)
    return invalid(`${field}.function_response.name`, 'Name cannot be empty.');
  if (part.functionResponse && !part.functionResponse.response)
    return invalid(`${field}.function_response.response`, 'required field is not set.');
  return undefined;
}

function isMisplaced(content: Content): boolean {
  const foreign = content.role === 'model' ? resultsIn(content) : callsIn(content);
  return foreign.length > 0;
}

function refuseCallOrder(contents: readonly Content[]): Refusal | undefined {
  const wrong = contents.some(
    (content, index) =>
      callsIn(content).length > 0 && (contents[index - 1]?.role ?? 'model') === 'model',
  );
  return wrong
    ? {
        message:
          'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
      }
    : undefined;
}

function refuseResultOrder(contents: readonly Content[]): Refusal | undefined {
  const wrong = contents.some(
    (content, index) => resultsIn(content).length > 0 && callsBefore(contents, index).length === 0,
  );
  return wrong
    ? {
        message:
          'Please ensure that function response turn comes immediately after a function call turn.',
      }
    : undefined;
}

function callsBefore(contents: readonly Content[], index: number): ReturnType<typeof callsIn> {
  const before = contents[index - 1];
  return before === undefined ? [] : callsIn(before);
}

const unequal: Refusal = {
  message:
    'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
};

function refuseCount(contents: readonly Content[]): Refusal | undefined {
  const wrong = contents.some((content, index) => {
    const next = contents[index + 1];
    return (
      callsIn(content).length !== (next === undefined ? 0 : resultsIn(next).length) &&
      callsIn(content).length > 0
    );
  });
  return wrong ? unequal : undefined;
}

/** The service matches by id where both have one, else by name. */
function refuseStranger(contents: readonly Content[]): Refusal | undefined {
  for (const [index, content] of contents.entries()) {
    const open = [...callsBefore(contents, index)];
    for (const { id, name } of resultsIn(content)) {
      const at = open.findIndex(
        (call) =>
          call.name === name && (call.id === undefined || id === undefined || call.id === id),
      );
      if (at === -1) return unequal;
      open.splice(at, 1);
    }
  }
  return undefined;
}
