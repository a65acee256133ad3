// Package rpc serves and calls the suite's gRPC services.
//
// A Server hosts any number of services: over TCP, and in process through
// Conns that need no socket. Every call, on either way, passes the same chain:
//
//	observe (metrics, log) → recover → deadline → principal → role
//	→ scope → shape (protovalidate) → wait-for → request identity → handler
//
// and every error leaves as a status with ErrorInfo. Every method carries the
// option cloudpact.type.v1.access; a server refuses to start with one that has
// none.
//
// A Directory maps the names of services ("billing", "sla", ...) to
// connections, in process or dialled, and hands them out before anything is
// started.
package rpc
