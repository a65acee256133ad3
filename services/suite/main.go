// Command suite runs all services of CloudPact in one process.
package main

func main() {}
