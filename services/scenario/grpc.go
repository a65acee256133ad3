package scenario

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// GRPC calls over a gRPC connection.
type GRPC struct{ Conn grpc.ClientConnInterface }

// Call calls the method with the token in the header authorization.
func (g GRPC) Call(ctx context.Context, m protoreflect.MethodDescriptor, req proto.Message, token string) (proto.Message, error) {
	answer, err := newMessage(m.Output())
	if err != nil {
		return nil, err
	}
	if token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	path := "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
	if err := g.Conn.Invoke(ctx, path, req, answer); err != nil {
		return nil, err
	}
	return answer, nil
}
