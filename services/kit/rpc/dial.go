package rpc

import "google.golang.org/grpc"

// Flow control windows of the suite's connections. gRPC would find sizes out by
// itself, with a ping and its answer every few calls; the suite's calls are
// small and its peers are near.
const (
	streamWindow = 1 << 20
	connWindow   = 4 << 20
)

// Dial is grpc.NewClient with the suite's flow control.
func Dial(target string, opts ...grpc.DialOption) (*grpc.ClientConn, error) {
	return grpc.NewClient(target, append([]grpc.DialOption{
		grpc.WithStaticStreamWindowSize(streamWindow), grpc.WithStaticConnWindowSize(connWindow),
	}, opts...)...)
}
