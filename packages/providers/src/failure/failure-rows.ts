import type { ErrorCode } from '@cuttle/core-types/errors';

/** A way to recognise a failure. All that a row names must hold; the first row that matches counts. */
export interface FailureRow {
  readonly code: ErrorCode;
  readonly status?: readonly number[];
  /** Tested against the service's own `type` and `code`. */
  readonly kind?: RegExp;
  /** Tested against the service's own words. */
  readonly text?: RegExp;
  /** The message that taught us this row; a test feeds it through the table. */
  readonly taught: string;
  readonly hint?: string;
}

const addCredit = 'Add credit to the account of this provider, or choose another provider.';
const chooseModel = '`cuttle model list` shows the models of this provider; choose one of them.';

export const failureRows: readonly FailureRow[] = [
  // What a service puts under a misleading status comes first.
  {
    code: 'provider.rate-limited',
    status: [402],
    text: /rate limit|quota refresh|rolling (?:time )?window/i,
    taught: '402 {"error":{"message":"rate limit exceeded"}}',
  },
  {
    code: 'provider.billing',
    status: [402],
    taught:
      '402 {"error":{"code":402,"message":"This request requires more credits, or fewer max_tokens."}}',
    hint: addCredit,
  },
  {
    code: 'provider.billing',
    kind: /insufficient_quota|billing|insufficient_balance|credit|spend_limit|payment_required/i,
    taught:
      '429 {"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}',
    hint: addCredit,
  },
  {
    code: 'provider.billing',
    text: /credit balance|insufficient (?:\w+ ){0,3}(?:credits?|funds|balance|quota)|out of (?:extra usage|credits)|extra usage|key limit exceeded|spend(?:ing)? limit|used up your (?:points|credits)|suspended due to insufficient balance/i,
    taught:
      '400 {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}',
    hint: addCredit,
  },
  {
    code: 'provider.billing',
    text: /prepayment credits are depleted|requires billing to be enabled/i,
    taught:
      '429 {"error":{"code":429,"message":"Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.","status":"RESOURCE_EXHAUSTED"}}',
    hint: addCredit,
  },
  {
    code: 'provider.overflow',
    kind: /context_length_exceeded|request_too_large|context_window_exceeded|string_above_max_length|exceed_context_size/i,
    taught:
      '400 {"error":{"message":"This model\'s maximum context length is 128000 tokens.","code":"context_length_exceeded"}}',
  },
  {
    code: 'provider.overflow',
    text: /prompt is too long|maximum (?:context|prompt) length|exceeds? (?:the )?(?:model'?s? |available |maximum )?(?:context|number of (?:input )?tokens|input length)|context (?:length|window)[ _]exceeded|exceeded model token limit|(?:input|request|prompt) (?:is |was )?too long|request_too_large|request exceeds the maximum size|context_window_exceeded|too many tokens per request|input token count exceeds|reduce the length of the (?:messages|input|prompt)/i,
    taught:
      '400 {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 213462 tokens > 200000 maximum"}}',
  },
  {
    code: 'provider.overflow',
    text: /request payload size exceeds/i,
    taught:
      '400 {"error":{"code":400,"message":"Request payload size exceeds the limit: 20971520 bytes.","status":"INVALID_ARGUMENT"}}',
  },
  {
    code: 'provider.overflow',
    text: /input tokens exceeded|tokens in the prompt cannot exceed/i,
    taught:
      '400 {"message":"The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again."}',
  },
  {
    code: 'provider.overflow',
    status: [413],
    taught: '413 {"error":{"type":"too_large","message":"Request exceeds the limit"}}',
  },
  {
    code: 'provider.filtered',
    kind: /content_filter|content_policy|ResponsibleAI|moderation|safety/i,
    taught:
      '400 {"error":{"code":"content_filter","message":"The response was filtered due to the prompt triggering our content management policy."}}',
  },
  {
    code: 'provider.filtered',
    // https://platform.openai.com/docs/api-reference/responses-streaming: the codes of a response that failed.
    kind: /\b(?:invalid_prompt|bio_policy|cyber_policy\w*)\b/,
    taught:
      '400 {"error":{"message":"Invalid prompt: your prompt was flagged as potentially violating our usage policy.","type":"invalid_request_error","code":"invalid_prompt"}}',
  },
  {
    code: 'provider.filtered',
    text: /content management policy|usage policies|flagged (?:by|as)|content[ _]policy|safety system|moderation/i,
    taught:
      '403 {"error":{"code":403,"message":"Your chosen model requires moderation and your input was flagged"}}',
  },
  {
    code: 'provider.malformed',
    kind: /tool_use_failed|malformed_function_call/i,
    taught:
      '400 {"error":{"message":"Tool choice is required, but model did not call a tool","type":"invalid_request_error","code":"tool_use_failed"}}',
  },
  {
    code: 'provider.malformed',
    kind: /malformed_response|unexpected_tool_call|too_many_tool_calls/i,
    taught:
      '{"error":{"code":"UNEXPECTED_TOOL_CALL","message":"The model ended with UNEXPECTED_TOOL_CALL"}}',
  },
  {
    code: 'provider.billing',
    text: /INVALID_PAYMENT_INSTRUMENT|valid payment instrument/,
    taught:
      '403 {"message":"Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided. Your AWS Marketplace subscription for this model cannot be completed at this time."}',
    hint: 'Add a payment method to the AWS account, and ask again after some minutes.',
  },
  {
    code: 'provider.invalid',
    text: /did not allow prompt caching/i,
    taught:
      '403 {"message":"You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information."}',
    hint: 'Set promptCaching of this provider to "off".',
  },
  {
    code: 'provider.auth',
    text: /signature (?:expired|not yet current)/i,
    taught:
      '403 {"message":"Signature expired: 20261121T120000Z is now earlier than 20261121T121500Z (20261121T122000Z - 5 min.)"}',
    hint: 'The clock of this machine is wrong by more than five minutes: correct it.',
  },
  {
    code: 'provider.auth',
    text: /access to the model with the specified model ID/i,
    taught: `403 {"message":"You don't have access to the model with the specified model ID."}`,
    hint: 'Ask for access to this model in the Amazon Bedrock console of this region, or choose another model.',
  },
  {
    code: 'provider.auth',
    kind: /authentication|invalid_api_key|permission_error|unauthori[sz]ed|api_key_deleted|account_deactivated/i,
    taught:
      '400 {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
  },
  {
    code: 'provider.auth',
    text: /(?:incorrect|invalid|missing|expired|could not authenticate) (?:\w+[ -])?(?:api|access)[ _-]?key|invalid_api_key|authentication (?:failed|is currently not allowed)|no credentials found|account has been deactivated|invalid_grant|invalid bearer token|API key not valid/i,
    taught:
      '400 {"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***ey."}',
  },
  {
    code: 'provider.auth',
    text: /API key (?:not found|expired)/i,
    taught:
      '400 {"error":{"code":400,"message":"API key expired. Please renew the API key.","status":"INVALID_ARGUMENT"}}',
  },
  {
    code: 'provider.auth',
    kind: /UnrecognizedClient|ExpiredToken|InvalidSignature|AccessDenied|MissingAuthenticationToken/,
    taught:
      '{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}',
  },
  {
    code: 'provider.auth',
    status: [401, 403],
    taught: '403 {"error":{"message":"Forbidden"}}',
  },
  {
    code: 'provider.network',
    status: [407],
    taught: '407 Proxy Authentication Required',
    hint: 'The HTTP proxy on the way wants a login: check HTTPS_PROXY.',
  },
  // An overloaded service may say 429, and a rate limit may come as 503: words before numbers.
  {
    code: 'provider.overloaded',
    kind: /overloaded|service_unavailable|server_busy|insufficient_system_resource|engine_overloaded/i,
    taught: '529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
  },
  {
    code: 'provider.overloaded',
    kind: /ModelNotReady/i,
    taught:
      '429 {"__type":"ModelNotReadyException","message":"The model is not ready to serve inference requests."}',
  },
  {
    code: 'provider.rate-limited',
    status: [429],
    taught:
      '429 {"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization\'s rate limit of 50,000 input tokens per minute."}}',
  },
  {
    code: 'provider.rate-limited',
    kind: /rate_?limit|resource_exhausted|too_many_requests|throttl/i,
    taught:
      '400 {"error":{"type":"rate_limit_error","message":"Number of request tokens has exceeded your limit"}}',
  },
  {
    code: 'provider.rate-limited',
    kind: /ServiceQuotaExceeded/i,
    taught:
      '400 {"__type":"ServiceQuotaExceededException","message":"Your request exceeds the service quota for your account."}',
    hint: 'The quota of this AWS account is used up: ask for more in Service Quotas, or choose another model or region.',
  },
  {
    code: 'provider.rate-limited',
    text: /rate limit|too many requests|concurrency limit|quota (?:limit )?exceeded|limit (?:exhausted|reached)|throttl/i,
    taught: '{"error":"LLM error 1310: Weekly/Monthly Limit Exhausted."}',
  },
  {
    code: 'provider.overloaded',
    text: /overload|at capacity|high (?:demand|volume|load)/i,
    taught: '{"error":{"message":"The model is overloaded. Please try later"}}',
  },
  {
    code: 'provider.overloaded',
    status: [503, 529],
    taught: '503 Service Unavailable',
  },
  {
    code: 'provider.overloaded',
    kind: /ServiceUnavailable|ModelStreamError|ModelError/i,
    taught:
      '{"type":"modelStreamErrorException","message":"The model failed while it was answering.","originalStatusCode":500}',
  },
  {
    code: 'provider.timeout',
    kind: /ModelTimeout/i,
    taught: '{"type":"modelTimeoutException","message":"The request took too long to process."}',
  },
  {
    code: 'provider.timeout',
    status: [408, 499, 504, 524],
    taught: '504 <html><head><title>504 Gateway Time-out</title></head></html>',
  },
  {
    code: 'provider.timeout',
    text: /timed? out|deadline exceeded|operation was aborted/i,
    taught: '{"error":{"message":"Request timed out"}}',
  },
  {
    code: 'provider.network',
    status: [521, 522, 523, 530],
    taught: '521 <!DOCTYPE html><html><title>Web server is down</title></html>',
    hint: 'A proxy answered that the provider itself cannot be reached; try again later.',
  },
  {
    code: 'provider.invalid',
    kind: /model_not_found|DeploymentNotFound|not_found_error|model_is_deactivated/i,
    taught:
      '404 {"error":{"code":"model_not_found","message":"The model `gpt-5.2-proo` does not exist or you do not have access to it."}}',
    hint: chooseModel,
  },
  {
    code: 'provider.invalid',
    text: /on-demand throughput/i,
    taught:
      '400 {"message":"Invocation of model ID anthropic.claude-sonnet-4-6 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model."}',
    hint: 'Put the part of the world before the model, such as us. or global.: `cuttle model list` shows the ids that can be used.',
  },
  {
    code: 'provider.invalid',
    text: /model identifier is invalid/i,
    taught: '400 {"message":"The provided model identifier is invalid."}',
    hint: chooseModel,
  },
  {
    code: 'provider.invalid',
    text: /support tool use/i,
    taught: `400 {"message":"This model doesn't support tool use."}`,
    hint: 'Choose a model that can call tools; `cuttle model list` shows what is there.',
  },
  {
    code: 'provider.invalid',
    text: /model .{0,80}not found|model not found|no endpoints found|unknown model|does not exist/i,
    taught: '404 {"error":"model \\"llama9\\" not found, try pulling it first"}',
    hint: chooseModel,
  },
  {
    code: 'provider.invalid',
    text: /models\/\S+ is not found/i,
    taught:
      '404 {"error":{"code":404,"message":"models/gemini-9 is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.","status":"NOT_FOUND"}}',
    hint: chooseModel,
  },
  {
    code: 'provider.invalid',
    text: /user location is not supported/i,
    taught:
      '400 {"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}',
    hint: 'This service is not offered where this machine is, or only with billing: choose another provider.',
  },
  {
    code: 'provider.invalid',
    text: /does not support tools/i,
    taught: '400 {"error":"registry.ollama.ai/library/gemma:2b does not support tools"}',
    hint: 'Choose a model that can call tools; `cuttle model list` shows what is there.',
  },
  {
    code: 'provider.overloaded',
    status: [500, 501, 502, 505, 520],
    taught: '500 {"type":"error","error":{"type":"api_error","message":"Internal server error"}}',
  },
  {
    code: 'provider.overloaded',
    kind: /server_error|api_error|internal/i,
    taught: '{"error":{"type":"server_error","message":"The server had an error"}}',
  },
  {
    code: 'provider.overloaded',
    text: /error was encountered while running the model|internal server error|unexpected EOF|server error|provider returned error/i,
    taught: '{"error":"an error was encountered while running the model: unexpected EOF"}',
  },
];
