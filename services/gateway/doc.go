// Package gateway serves the suite as JSON over HTTP, with its documentation and
// webhooks. It has no business rule.
package gateway
