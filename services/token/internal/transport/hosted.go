package transport

import (
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
)

// The gRPC services that token hosts.
var (
	TokenServiceDesc  = &tokenv1.TokenService_ServiceDesc
	ChangeServiceDesc = &tokenv1.ChangeService_ServiceDesc
)
