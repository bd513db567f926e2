/** For each column of an event a change of its value, as whoever owns the table can make it. */
export const mutations: Readonly<Record<string, string>> = {
  id: "id = gen_random_uuid()",
  occurred_at: "occurred_at = occurred_at + interval '1 microsecond'",
  tenant_id: "tenant_id = tenant_id || ' '",
  subject: "subject = gen_random_uuid()",
  actor: "actor = gen_random_uuid()",
  "actor, away": "actor = NULL, actor_role = NULL",
  actor_role: "actor_role = 'admin'",
  client: "client = client || '\u200b'",
  "client, away": "client = NULL",
  address_hash: "address_hash = set_bit(address_hash, 127, 1 - get_bit(address_hash, 127))",
  action: "action = 'token.refreshed'",
  object_type: "object_type = 'consent'",
  object_id: "object_id = upper(object_id)",
  outcome: "outcome = 'failure'",
  reason: "reason = NULL",
  purpose: "purpose = ''",
  request_id: "request_id = request_id || '0'",
  generation: "generation = generation + 1",
  "occurred_at, never": "occurred_at = 'infinity'",
  "occurred_at, before Christ": "occurred_at = occurred_at - interval '4050 years'"
}
