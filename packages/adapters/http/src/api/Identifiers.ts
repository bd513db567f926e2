import { AuthorizationId, ConsentId, IntegrationId, UserId } from "@oauth-manager/domain"
import { Schema, SchemaTransformation } from "effect"

const uuid = Schema.String.annotate({ format: "uuid" })

/** UUIDs are compared as strings, so that each has one spelling (RFC 9562 §4 lets a reader accept both cases). */
const oneSpelling = SchemaTransformation.toLowerCase()

export const IntegrationIdInput = uuid.pipe(Schema.decodeTo(IntegrationId, oneSpelling))
export const AuthorizationIdInput = uuid.pipe(Schema.decodeTo(AuthorizationId, oneSpelling))

/** `me`, or the id of a user on whose behalf a service or an admin acts. */
export const ofUser = { user: UserId }
export const ofAuthorization = { ...ofUser, id: AuthorizationIdInput }
const ConsentIdInput = uuid.pipe(Schema.decodeTo(ConsentId, oneSpelling))
export const ofConsent = { ...ofUser, id: ConsentIdInput }
export const ofIntegration = { ...ofUser, id: IntegrationIdInput }
