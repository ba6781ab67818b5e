/** The environment is not set up as this project expects it. The message never holds a secret's value. */
export class ConfigError extends Error {
  readonly parts: { problem: string; expected?: string; got?: string; remedy?: string };

  constructor(parts: ConfigError['parts']) {
    const facts = [parts.expected && `expected ${parts.expected}`, parts.got && `got ${parts.got}`].filter(Boolean);
    const head = facts.length > 0 ? `${parts.problem}: ${facts.join(', ')}.` : `${parts.problem}.`;
    super(parts.remedy ? `${head} ${parts.remedy}` : head);
    this.name = 'ConfigError';
    this.parts = parts;
  }
}
