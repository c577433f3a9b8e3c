/** Every failure Cuttle can name. Add a row here before you throw a new one; `hint` is the default next step. */
const traits = {
  'access.denied': {
    status: 403,
    retryable: false,
    expose: true,
    hint: 'Ask the owner of this gateway for access.',
  },
  'access.locked-out': {
    status: 429,
    retryable: true,
    expose: true,
    hint: 'Wait and try again with the right token.',
  },
  'access.origin': {
    status: 403,
    retryable: false,
    expose: true,
    hint: 'Open the page from the address the gateway printed, or add this origin to gateway.allowedOrigins.',
  },
  'access.unauthenticated': {
    status: 401,
    retryable: false,
    expose: true,
    hint: 'Send `Authorization: Bearer <token>`; `cuttle open` prints an address that logs a browser in.',
  },
  'agent.not-found': {
    status: 404,
    retryable: false,
    expose: true,
    hint: '`cuttle agent list` shows the agents.',
  },
  'approval.not-found': {
    status: 404,
    retryable: false,
    expose: true,
    hint: 'It may have been decided or have expired; `/status` lists what waits.',
  },
  'budget.exceeded': {
    status: 402,
    retryable: false,
    expose: true,
    hint: 'It begins anew at midnight UTC; the owner raises it under `budgets` in the configuration. `cuttle usage` shows where it went.',
  },
  'budget.unpriced': {
    status: 402,
    retryable: false,
    expose: true,
    hint: 'Set `prices` of this model under providers.<id>.models in the configuration, or choose a model whose price is known: `cuttle model list` shows them.',
  },
  'channel.auth': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'The platform refused the token: set a valid one and restart the channel.',
  },
  'channel.blocked': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'The person blocked the bot or left the chat.',
  },
  'channel.invalid': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'The platform refused the content of this message.',
  },
  'channel.conflict': {
    status: 502,
    retryable: true,
    expose: true,
    hint: 'Another program polls with the same token: stop it.',
  },
  'channel.not-found': {
    status: 404,
    retryable: false,
    expose: true,
    hint: '`cuttle status` lists the configured channels.',
  },
  'channel.rate-limited': {
    status: 429,
    retryable: true,
    expose: true,
    hint: 'It is sent again after the time the platform asked for.',
  },
  'channel.unavailable': {
    status: 502,
    retryable: true,
    expose: true,
    hint: 'The platform could not be reached; it is tried again.',
  },
  'config.cycle': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'Remove one $include of the cycle.',
  },
  'config.include': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'An $include must name a file inside the folder of the configuration.',
  },
  'config.invalid': {
    status: 400,
    retryable: false,
    expose: true,
    hint: 'Mend the named value; `cuttle config validate` checks the file.',
  },
  'config.stale': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'The file changed since you read it: read it again and repeat the change.',
  },
  'config.syntax': { status: 400, retryable: false, expose: true, hint: 'Mend the named line.' },
  'cursor.expired': {
    status: 410,
    retryable: false,
    expose: true,
    hint: 'Reload with chat.history.',
  },
  'gateway.busy': {
    status: 429,
    retryable: true,
    expose: true,
    hint: 'Too much is queued: wait a moment and send it again.',
  },
  'gateway.draining': {
    status: 503,
    retryable: true,
    expose: true,
    hint: 'The gateway is stopping: try again after its restart.',
  },
  'gateway.not-running': {
    status: 503,
    retryable: true,
    expose: true,
    hint: 'Start it with `cuttle start`.',
  },
  'gateway.port-in-use': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'Stop the other program or set gateway.port (CUTTLE_GATEWAY__PORT=0 picks a free one).',
  },
  'embeddings.unavailable': {
    status: 404,
    retryable: false,
    expose: true,
    hint: 'Set embeddings.model in the configuration to `<provider>/<model>`, such as openai/text-embedding-3-small or ollama/nomic-embed-text.',
  },
  'gateway.already-running': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'A gateway already uses this home; `cuttle status` shows it.',
  },
  internal: { status: 500, retryable: false, expose: false, hint: 'Look at `cuttle logs`.' },
  'login.denied': {
    status: 403,
    retryable: false,
    expose: true,
    hint: 'Begin again with `cuttle auth login` and agree on the page, or choose another account.',
  },
  'login.expired': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'Log in again with `cuttle auth login`.',
  },
  'login.refused': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'Begin again with `cuttle auth login`; where it is refused again, check `logins` in the configuration.',
  },
  'login.timeout': {
    status: 408,
    retryable: false,
    expose: true,
    hint: 'Begin again with `cuttle auth login`.',
  },
  'login.unavailable': {
    status: 502,
    retryable: true,
    expose: true,
    hint: 'Try again later, and check the network.',
  },
  'login.unknown': {
    status: 404,
    retryable: false,
    expose: true,
    hint: '`cuttle auth status` shows the logins there are.',
  },
  'login.unreadable': {
    status: 500,
    retryable: false,
    expose: true,
    hint: '`cuttle auth logout` takes it away; then log in again.',
  },
  'login.unset': {
    status: 400,
    retryable: false,
    expose: true,
    hint: 'Set it under `logins` in the configuration; docs/logins.md says how.',
  },
  'media.gone': {
    status: 404,
    retryable: false,
    expose: true,
    hint: 'It is not there any more; send it again.',
  },
  'media.mismatched': {
    status: 422,
    retryable: false,
    expose: true,
    hint: 'Its bytes are something else than it was sent as; send it as a file.',
  },
  'media.no-decoder': {
    status: 503,
    retryable: false,
    expose: true,
    hint: 'Install ffmpeg on the machine of the gateway, with ffprobe beside it, or say where it is with `media.video.ffmpeg`.',
  },
  'media.too-large': {
    status: 413,
    retryable: false,
    expose: true,
    hint: 'Send a smaller file, or raise its limit under `media`.',
  },
  'media.unreadable': {
    status: 422,
    retryable: false,
    expose: true,
    hint: 'The file is broken, protected or of a kind that is not read here; send it in another format.',
  },
  'memory.invalid-path': {
    status: 400,
    retryable: false,
    expose: true,
    hint: 'Files of the memory are MEMORY.md and memory/<name>.md; `cuttle memory list` shows them.',
  },
  'memory.not-found': {
    status: 404,
    retryable: false,
    expose: true,
    hint: '`cuttle memory list` shows the files there are.',
  },
  'memory.stale': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'The file changed since you read it: read it again and repeat the change.',
  },
  'method.unknown': {
    status: 404,
    retryable: false,
    expose: true,
    hint: '`protocol.describe` lists the methods.',
  },
  'model.unknown': {
    status: 404,
    retryable: false,
    expose: true,
    hint: '`cuttle model list` shows the models that are set up.',
  },
  'protocol.version': {
    status: 400,
    retryable: false,
    expose: true,
    hint: 'Update the client or the gateway so that their protocol ranges meet.',
  },
  'pairing.locked': {
    status: 429,
    retryable: true,
    expose: true,
    hint: 'Wait as long as it says, then use a code that `cuttle pair list` shows.',
  },
  'provider.auth': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'Check the API key of this provider.',
  },
  'provider.billing': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'The account of this provider has no credit left.',
  },
  'provider.filtered': {
    status: 422,
    retryable: false,
    expose: true,
    hint: 'The provider declined this content.',
  },
  'provider.invalid': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'The provider refused the request or answered what we cannot read.',
  },
  'provider.malformed': {
    status: 502,
    retryable: true,
    expose: true,
    hint: 'The provider sent an answer that cannot be read; it is asked again.',
  },
  'provider.network': {
    status: 502,
    retryable: true,
    expose: true,
    hint: 'The provider could not be reached.',
  },
  'provider.overflow': {
    status: 413,
    retryable: false,
    expose: true,
    hint: 'The conversation is too long for this model: start anew with /new or choose a larger one.',
  },
  'provider.overloaded': {
    status: 503,
    retryable: true,
    expose: true,
    hint: 'The provider is overloaded; try again soon.',
  },
  'provider.rate-limited': {
    status: 429,
    retryable: true,
    expose: true,
    hint: 'The provider asked us to wait.',
  },
  'provider.timeout': {
    status: 504,
    retryable: true,
    expose: true,
    hint: 'The provider stopped answering.',
  },
  'request.invalid': { status: 400, retryable: false, expose: true, hint: 'Mend the named field.' },
  'request.key-reused': {
    status: 422,
    retryable: false,
    expose: true,
    hint: 'This key was used for another message: make a new one.',
  },
  'request.not-found': { status: 404, retryable: false, expose: true, hint: 'Check the address.' },
  'request.rate-limited': { status: 429, retryable: true, expose: true, hint: 'Slow down.' },
  'request.too-large': { status: 413, retryable: false, expose: true, hint: 'Send less.' },
  'request.unsupported': {
    status: 400,
    retryable: false,
    expose: true,
    hint: 'This part is not built yet; ask in another way.',
  },
  'run.aborted': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'It was stopped on purpose; send it again to repeat it.',
  },
  'run.fence-lost': {
    status: 409,
    retryable: false,
    expose: false,
    hint: 'Another owner took this run over.',
  },
  'run.loop': {
    status: 422,
    retryable: false,
    expose: true,
    hint: 'The agent repeated the same call; say it differently.',
  },
  'run.message-too-long': {
    status: 413,
    retryable: false,
    expose: true,
    hint: 'Send it in parts or as a file, or choose a model with a larger window.',
  },
  'run.not-found': { status: 404, retryable: false, expose: true, hint: 'Check the id.' },
  'run.limit': {
    status: 422,
    retryable: false,
    expose: true,
    hint: 'The run reached its limit; raise agents.defaults.limits or ask for less.',
  },
  'run.poisoned': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'This run made no progress three times and was given up.',
  },
  'schedule.invalid': {
    status: 400,
    retryable: false,
    expose: true,
    hint: 'Name a time in the future.',
  },
  'person.configured': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'The configuration says so: change `persons` there.',
  },
  'person.linked': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'Take the other link back first: `cuttle person unlink`.',
  },
  'session.archived': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'Take it out of the archive first: `cuttle sessions unarchive`.',
  },
  'session.busy': {
    status: 409,
    retryable: true,
    expose: true,
    hint: 'Wait for its answer, or stop it with /stop.',
  },
  'session.exists': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'Choose another key.',
  },
  'session.forked': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'Delete the forks first, or archive this session instead.',
  },
  'session.import': {
    status: 400,
    retryable: false,
    expose: true,
    hint: 'Give it a file as `cuttle sessions export --format json` writes it.',
  },
  'session.no-entry': {
    status: 404,
    retryable: false,
    expose: true,
    hint: '`cuttle sessions show` tells the numbers of a session’s entries.',
  },
  'session.not-found': {
    status: 404,
    retryable: false,
    expose: true,
    hint: '`cuttle sessions list` shows them.',
  },
  'session.too-large': {
    status: 413,
    retryable: false,
    expose: true,
    hint: 'Fork it from a later message, or begin a new conversation.',
  },
  'store.corrupt': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'Keep the file, restore a backup, or move it away to start anew.',
  },
  'store.failed': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'The database could not commit; the process ends and looks again on start.',
  },
  'store.full': {
    status: 507,
    retryable: true,
    expose: true,
    hint: 'Free disk space; nothing accepted so far is lost.',
  },
  'store.newer': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'This database was written by a newer version: update Cuttle.',
  },
  'store.single-process': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'A SQLite home belongs to one process: stop the other, or use PostgreSQL.',
  },
  'store.unsupported': {
    status: 500,
    retryable: false,
    expose: true,
    hint: 'Run Cuttle with the Node version its package asks for.',
  },
  'fetch.blocked': {
    status: 403,
    retryable: false,
    expose: true,
    hint: 'Private and internal addresses are not reachable for the agent.',
  },
  'fetch.failed': { status: 502, retryable: true, expose: true, hint: 'Check the address.' },
  'fetch.timeout': {
    status: 504,
    retryable: true,
    expose: true,
    hint: 'Try again later or another address.',
  },
  'fetch.too-large': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'Ask for a smaller part or another address.',
  },
  'subagent.not-found': {
    status: 404,
    retryable: false,
    expose: true,
    hint: 'Check the id; `cuttle agent runs` lists them.',
  },
  'subagent.refused': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'The owner sets the limits under `agents.defaults.subagents` in the configuration.',
  },
  'subagent.lease-lost': {
    status: 409,
    retryable: false,
    expose: true,
    hint: 'Another worker may have the task now: drop what you have of it and claim again.',
  },
  'subagent.worker-lost': {
    status: 504,
    retryable: false,
    expose: true,
    hint: 'See what its workers say, then give the task once more.',
  },
  'subagent.worker-failed': {
    status: 502,
    retryable: false,
    expose: true,
    hint: 'Its result says what went wrong.',
  },
  'tool.denied': {
    status: 403,
    retryable: false,
    expose: true,
    hint: 'The policy of this gateway does not allow this tool here.',
  },
  'tool.failed': { status: 500, retryable: false, expose: true, hint: 'The tool could not do it.' },
  'tool.invalid-input': {
    status: 400,
    retryable: false,
    expose: true,
    hint: 'Mend the named argument.',
  },
  'tool.timeout': { status: 504, retryable: false, expose: true, hint: 'The tool took too long.' },
  'tool.unknown': {
    status: 404,
    retryable: false,
    expose: true,
    hint: 'Use one of the listed tools.',
  },
} as const satisfies Record<
  string,
  { status: number; retryable: boolean; expose: boolean; hint: string }
>;

export type ErrorCode = keyof typeof traits;
export interface ErrorTraits {
  /** The HTTP status this failure has at our own doors. */
  readonly status: number;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** Whether the message may leave the process. */
  readonly expose: boolean;
  readonly hint: string;
}
export const errorCodes = Object.keys(traits) as readonly ErrorCode[]; // Object.keys forgets the literal keys

export interface CuttleErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string;
  readonly retryAfterMs?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

const brand = Symbol.for('cuttle.error');

/** A failure with a stable code, what happened (`message`) and the user's next step (`hint`). */
export class CuttleError extends Error {
  override readonly name = 'CuttleError';
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: CuttleErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint ?? traits[code].hint;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }

  get traits(): ErrorTraits {
    return traits[this.code];
  }
}

/** Safe across duplicate copies of this package, where `instanceof` lies. */
export function isCuttleError(
  error: unknown,
  ...codes: readonly ErrorCode[]
): error is CuttleError {
  if (!(error instanceof Error && brand in error && 'code' in error)) return false;
  return codes.length === 0 || codes.some((code) => code === error.code);
}

/** Puts a name on anything caught. Aborts are not failures: the caller must test them first. */
export function toCuttleError(error: unknown): CuttleError {
  return isCuttleError(error)
    ? error
    : new CuttleError('internal', 'Something unexpected went wrong.', { cause: error });
}

/** What may be shown outside of a failure. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

export function toErrorBody(error: unknown): ErrorBody {
  const { code, message, hint, retryAfterMs, details, traits: known } = toCuttleError(error);
  const shown = known.expose
    ? { message, ...(details && { details }) }
    : { message: 'Internal error' };
  return {
    code,
    ...shown,
    hint,
    retryable: known.retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The reason a run's signal carries when someone meant to stop it. A lost connection is not one. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  readonly by: CancelledBy;
  constructor(by: CancelledBy) {
    super(`Cancelled by ${by}`);
    this.by = by;
  }
}
export type CancelledBy = 'user' | 'operator' | 'timeout' | 'shutdown' | 'interrupt' | 'disconnect';
