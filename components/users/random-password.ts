/** Without letters that are read as digits, since it is handed over by eye and ear. */
const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const length = 20;

/** 20 characters of 55, each equally likely: 115 bits. */
export function randomPassword(): string {
  let password = "";
  while (password.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // What lies beyond the last whole run of letters would make the first ones likelier.
      if (byte < 256 - (256 % letters.length)) password += letters[byte % letters.length];
    }
  }
  return password.slice(0, length);
}
