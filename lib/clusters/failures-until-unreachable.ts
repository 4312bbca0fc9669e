/** So many attempts in a row fail before a master is called unreachable: one may be a restart. */
export const failuresUntilUnreachable = 3;
