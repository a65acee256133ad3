package transport

import (
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
)

// The gRPC services that sla hosts.
var (
	SlaServiceDesc    = &slav1.SlaService_ServiceDesc
	ChangeServiceDesc = &slav1.ChangeService_ServiceDesc
)
