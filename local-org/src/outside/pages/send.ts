import type { FastifyReply } from 'fastify';

/** Sends a page with the headers that keep it from running or framing anything. `formTarget`: where its forms may end. */
export function sendPage(
  reply: FastifyReply,
  status: number,
  text: string,
  formTarget: string | null = null,
): FastifyReply {
  const target = formTarget === null ? '' : ` ${formTarget}`;
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'self'; img-src data:; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
    )
    .type('text/html; charset=UTF-8')
    .send(text);
}
