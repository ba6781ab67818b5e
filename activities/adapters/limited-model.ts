import type { ChatModel } from '../ports.js';

export function limitedModel(model: ChatModel, _limits: { inFlight: number }): ChatModel {
  return model;
}
