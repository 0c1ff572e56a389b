/** A client whose identifier and secret break every short cut in encoding them (RFC 6749 appendix B). */
export const ODD_CLIENT = {
  client_id: 'e2e-odd:id%+ é',
  client_secret: 'e2e:secret%2B with+é&=/?ü-0123456789-abcdefghijklmnopqrstuvwxyz',
} as const;
