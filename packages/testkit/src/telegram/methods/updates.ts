import { badRequest } from '../failure.ts';
import { conflict } from '../update-queue.ts';
import {
  arrayOf,
  integerOf,
  type MethodCall,
  type MethodContext,
  type MethodResult,
  type MethodTable,
  textOf,
} from './method.ts';

/** https://core.telegram.org/bots/api#getting-updates */
export const updateMethods: MethodTable = { getUpdates, setWebhook, deleteWebhook, getWebhookInfo };

async function getUpdates(
  { params, signal }: MethodCall,
  context: MethodContext,
): Promise<MethodResult> {
  if (context.webhook.settings !== undefined)
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  if (params['allowed_updates'] !== undefined)
    context.queue.allow(kindsOf(params['allowed_updates']));
  const asked = integerOf(params['limit']) ?? 100;
  const timeoutMs = Math.min(50, Math.max(0, integerOf(params['timeout']) ?? 0)) * 1000;
  const updates = await context.queue.poll(
    {
      offset: integerOf(params['offset']) ?? 0,
      limit: asked < 1 || asked > 100 ? 100 : asked,
      timeoutMs: Math.min(timeoutMs, context.state.longPollCapMs),
    },
    signal,
  );
  return { result: updates };
}

function setWebhook({ params }: MethodCall, context: MethodContext): MethodResult {
  const url = textOf(params['url']) ?? '';
  if (params['drop_pending_updates'] === true) context.queue.drop();
  if (params['allowed_updates'] !== undefined)
    context.queue.allow(kindsOf(params['allowed_updates']));
  if (url === '') return removeWebhook(context);
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw badRequest('bad webhook: invalid URL specified');
  const secretToken = readSecret(params['secret_token']);
  const before = context.webhook.settings;
  if (before?.url === url && before.secretToken === secretToken)
    return { result: true, description: 'Webhook is already set' };
  context.queue.interrupt('terminated by setWebhook request');
  context.webhook.set({
    url,
    secretToken,
    maxConnections: integerOf(params['max_connections']) ?? 40,
  });
  return { result: true, description: 'Webhook was set' };
}

function readSecret(value: unknown): string | undefined {
  const secret = textOf(value);
  if (secret !== undefined && !/^[\w-]{1,256}$/.test(secret))
    throw badRequest('secret token contains unallowed characters');
  return secret;
}

function deleteWebhook({ params }: MethodCall, context: MethodContext): MethodResult {
  if (params['drop_pending_updates'] === true) context.queue.drop();
  return removeWebhook(context);
}

function removeWebhook(context: MethodContext): MethodResult {
  if (context.webhook.settings === undefined)
    return { result: true, description: 'Webhook is already deleted' };
  context.webhook.set(undefined);
  return { result: true, description: 'Webhook was deleted' };
}

function getWebhookInfo(_call: MethodCall, context: MethodContext): MethodResult {
  const { settings, lastError } = context.webhook;
  return {
    result: {
      url: settings?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: context.queue.pending.length,
      ...(lastError === undefined
        ? {}
        : {
            last_error_date: Math.floor(lastError.at / 1000),
            last_error_message: lastError.message,
          }),
      ...(settings === undefined ? {} : { max_connections: settings.maxConnections }),
      ...(context.queue.allowed.length === 0 ? {} : { allowed_updates: context.queue.allowed }),
    },
  };
}

function kindsOf(value: unknown): readonly string[] {
  return arrayOf(value).filter((kind) => typeof kind === 'string');
}
