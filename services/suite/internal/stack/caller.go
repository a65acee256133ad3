package stack

import (
	"context"
	"strings"

	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/scenario"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Caller calls the suite's services through the directory: in process where
// they run here, over the network where they run elsewhere.
type Caller struct{ Directory *rpc.Directory }

// Call implements scenario.Caller.
func (c Caller) Call(ctx context.Context, call scenario.Call) (scenario.Answer, error) {
	return scenario.GRPC{Conn: c.Directory.Public(Owner(call.Method.Parent().FullName()))}.Call(ctx, call)
}

// Owner is the service that serves a gRPC service: billing serves the book and
// the long-running operations too.
func Owner(service protoreflect.FullName) string {
	parts := strings.Split(string(service), ".")
	if len(parts) > 1 && parts[0] == "cloudpact" && parts[1] != "contract" {
		return parts[1]
	}
	return "billing"
}
