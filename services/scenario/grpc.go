package scenario

import (
	"context"

	"cloudpact.dev/services/kit/rpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// GRPC calls over a gRPC connection.
type GRPC struct{ Conn grpc.ClientConnInterface }

// Call calls the method with the token in the header authorization.
func (g GRPC) Call(ctx context.Context, c Call) (Answer, error) {
	answer, err := newMessage(c.Method.Output())
	if err != nil {
		return Answer{}, err
	}
	if c.Token != "" {
		ctx = rpc.WithToken(ctx, c.Token)
	}
	ctx = rpc.WaitFor(ctx, c.After...)
	var header metadata.MD
	path := "/" + string(c.Method.Parent().FullName()) + "/" + string(c.Method.Name())
	if err := g.Conn.Invoke(ctx, path, c.Request, answer, grpc.Header(&header)); err != nil {
		return Answer{}, err
	}
	return Answer{Message: answer, Positions: rpc.Positions(header)}, nil
}
