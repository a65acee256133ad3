package transport

import (
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
)

// The gRPC services that compliance hosts.
var (
	ComplianceServiceDesc = &compliancev1.ComplianceService_ServiceDesc
	ChangeServiceDesc     = &compliancev1.ChangeService_ServiceDesc
)
