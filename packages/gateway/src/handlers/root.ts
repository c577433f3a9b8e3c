import type { Handlers, RootHandlers } from '../gateway-deps.ts';

/** Methods that only the composition root can answer. */
export function createRootHandlers(root: RootHandlers): Pick<Handlers, keyof RootHandlers> {
  return {
    'models.list': (_deps, { params, caller }, signal) =>
      root['models.list'](params, caller.principal, signal),
    'models.test': (_deps, { params, caller }, signal) =>
      root['models.test'](params, caller.principal, signal),
    'models.pull': (_deps, { params, caller }, signal) =>
      root['models.pull'](params, caller.principal, signal),
    'models.pulls': (_deps, { params, caller }, signal) =>
      root['models.pulls'](params, caller.principal, signal),
    'models.running': (_deps, { params, caller }, signal) =>
      root['models.running'](params, caller.principal, signal),
    'models.load': (_deps, { params, caller }, signal) =>
      root['models.load'](params, caller.principal, signal),
    'models.unload': (_deps, { params, caller }, signal) =>
      root['models.unload'](params, caller.principal, signal),
    'models.remove': (_deps, { params, caller }, signal) =>
      root['models.remove'](params, caller.principal, signal),
    'providers.status': (_deps, { params, caller }, signal) =>
      root['providers.status'](params, caller.principal, signal),
    'tools.catalog': (_deps, { params, caller }, signal) =>
      root['tools.catalog'](params, caller.principal, signal),
    'config.get': (_deps, { params, caller }, signal) =>
      root['config.get'](params, caller.principal, signal),
    'config.set': (_deps, { params, caller }, signal) =>
      root['config.set'](params, caller.principal, signal),
    'config.reload': (_deps, { params, caller }, signal) =>
      root['config.reload'](params, caller.principal, signal),
    'config.schema': (_deps, { params, caller }, signal) =>
      root['config.schema'](params, caller.principal, signal),
    'logs.tail': (_deps, { params, caller }, signal) =>
      root['logs.tail'](params, caller.principal, signal),
    'memory.list': (_deps, { params, caller }, signal) =>
      root['memory.list'](params, caller.principal, signal),
    'memory.get': (_deps, { params, caller }, signal) =>
      root['memory.get'](params, caller.principal, signal),
    'memory.search': (_deps, { params, caller }, signal) =>
      root['memory.search'](params, caller.principal, signal),
    'memory.write': (_deps, { params, caller }, signal) =>
      root['memory.write'](params, caller.principal, signal),
    'memory.remove': (_deps, { params, caller }, signal) =>
      root['memory.remove'](params, caller.principal, signal),
    'memory.status': (_deps, { params, caller }, signal) =>
      root['memory.status'](params, caller.principal, signal),
    'memory.reindex': (_deps, { params, caller }, signal) =>
      root['memory.reindex'](params, caller.principal, signal),
  };
}
