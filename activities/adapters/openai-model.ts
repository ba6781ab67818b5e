import OpenAI from 'openai';
import type { ChatModel } from '../ports.js';

export function openaiModel(options: { baseURL?: string; apiKey?: string; timeoutMs: number }): ChatModel {
  const client = new OpenAI({ baseURL: options.baseURL, apiKey: options.apiKey ?? 'none', timeout: options.timeoutMs, maxRetries: 0 });
  const host = new URL(client.baseURL).host;
  return {
    host,
    defaultModel: async () => {
      for await (const model of client.models.list()) return model.id;
      throw new Error('no model');
    },
    complete: async (request, signal) => {
      const reply = await client.chat.completions.create(
        {
          model: request.model,
          messages: request.messages,
          temperature: request.temperature,
          seed: request.seed,
          max_tokens: request.maxTokens,
          ...(request.jsonSchema ? { response_format: { type: 'json_schema' as const, json_schema: { ...request.jsonSchema, strict: true } } } : {}),
        },
        { signal },
      );
      const choice = reply.choices[0]!;
      return {
        text: choice.message.content ?? '',
        finish: choice.finish_reason === 'length' ? 'length' : 'stop',
        model: reply.model,
        simulated: reply.system_fingerprint === 'simulated',
        promptTokens: reply.usage?.prompt_tokens ?? 0,
        completionTokens: reply.usage?.completion_tokens ?? 0,
      };
    },
  };
}
