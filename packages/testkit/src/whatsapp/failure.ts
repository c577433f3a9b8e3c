/** A refusal as the Graph API words it. https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes */
export class GraphFailure extends Error {
  override readonly name = 'GraphFailure';
  readonly status: number;
  readonly body: GraphErrorBody;
  readonly retryAfter: number | undefined;

  constructor(fault: GraphFault) {
    super(fault.message ?? titles[fault.code] ?? 'An unknown error has occurred');
    this.status = fault.status ?? statusOf(fault.code);
    this.retryAfter = fault.retryAfter;
    const { code, subcode, details } = fault;
    this.body = {
      error: {
        message: `(#${code}) ${this.message}`,
        type: code === 190 || code >= 10_000 ? 'OAuthException' : 'GraphMethodException',
        code,
        ...(subcode !== undefined && { error_subcode: subcode }),
        ...(code >= 10_000 && {
          error_data: { messaging_product: 'whatsapp', details: details ?? this.message },
        }),
        fbtrace_id: 'AlocalTraceOfTheTestkit',
      },
    };
  }
}

export interface GraphFault {
  readonly code: number;
  /** The one Meta documents for the code without it. */
  readonly status?: number;
  readonly subcode?: number;
  readonly message?: string;
  readonly details?: string;
  /** Seconds, as the `Retry-After` header that a proxy in between may set; Meta states none. */
  readonly retryAfter?: number;
}

export interface GraphErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: number;
    readonly error_subcode?: number;
    readonly error_data?: { readonly messaging_product: 'whatsapp'; readonly details: string };
    readonly fbtrace_id: string;
  };
}

/** The title of a code, as Meta words it. */
export function titleOf(code: number): string {
  return titles[code] ?? 'Unknown error';
}

const titles: Readonly<Record<number, string>> = {
  4: 'Application request limit reached',
  10: 'Application does not have permission for this action',
  100: 'Invalid parameter',
  190: 'Error validating access token: the session is invalid.',
  2200: 'Callback verification failed',
  80007: 'Rate limit issues',
  130429: 'Rate limit hit',
  131000: 'Something went wrong',
  131008: 'Required parameter is missing',
  131009: 'Parameter value is not valid',
  131016: 'Service unavailable',
  131026: 'Message undeliverable',
  131030: 'Recipient phone number not in allowed list',
  131047: 'Re-engagement message',
  131051: 'Message type unknown',
  131053: 'Media upload error',
  131056: '(Business Account, Consumer Account) pair rate limit hit',
};

function statusOf(code: number): number {
  if (code === 190) return 401;
  if (code === 10) return 403;
  if (code === 131_000 || code === 131_016) return 500;
  return 400;
}

/** How Graph answers an id it does not have, or that is not yours. */
export function noSuchObject(id: string): GraphFailure {
  return new GraphFailure({
    code: 100,
    subcode: 33,
    message: `Unsupported request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.`,
  });
}
