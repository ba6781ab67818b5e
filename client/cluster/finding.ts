/** One thing a fit needs, and whether it is there. */
export interface Finding {
  what: string;
  ok: boolean;
  /** What was found, or what is wrong. */
  found: string;
}

/** A finding, from a check that returns what it found or throws what is wrong. */
export async function finding(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, found: await look() };
  } catch (error) {
    return { what, ok: false, found: error instanceof Error ? error.message : String(error) };
  }
}
