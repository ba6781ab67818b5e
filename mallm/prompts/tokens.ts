/**
 * Characters a token of a prompt or of a reply, for what is reserved or estimated before the endpoint has counted.
 *
 * Two tokenizers (`o200k_base`, `cl100k_base`) need 2.8 to 3.8 characters a token for rows as JSON, 3.2 to 3.4 for the
 * generator's prompts and 3.7 to 3.9 for the optimizer's: with 3, an estimate is seldom too low.
 */
export const CHARACTERS_PER_TOKEN = 3;
