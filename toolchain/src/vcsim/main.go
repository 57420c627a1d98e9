// Command vcsim plays a vCenter on loopback: the simulator of govmomi with the services a Terraform provider asks for.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	_ "github.com/vmware/govmomi/lookup/simulator"
	_ "github.com/vmware/govmomi/pbm/simulator"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	_ "github.com/vmware/govmomi/ssoadmin/simulator"
	_ "github.com/vmware/govmomi/sts/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address and port")
	user := flag.String("user", "", "user who may log in; everybody where empty")
	hosts := flag.Int("hosts", 3, "hosts of the cluster")
	template := flag.String("template", "template", "name of the one virtual machine, a template")
	slow := flag.String("slow", "", "method that takes its time, e.g. PowerOnVM_Task")
	delay := flag.Duration("delay", 0, "how long it takes")
	capacity := flag.Int64("capacity", 0, "machines that may be cloned; any number where 0")
	flag.Parse()

	model := simulator.VPX()
	model.Host, model.ClusterHost, model.Machine, model.Autostart = 0, *hosts, 1, false
	if err := model.Create(); err != nil {
		log.Fatal(err)
	}
	defer model.Remove()
	makeTemplate(model, *template)
	model.Map().AddHandler(placement{})
	model.Map().Handler = watch(*slow, *delay, *capacity)

	model.Service.Listen = &url.URL{Host: *listen}
	// The password comes by the environment: arguments are seen by everybody on the machine.
	password := os.Getenv("VCSIM_PASSWORD")
	if *user != "" {
		model.Service.Listen.User = url.UserPassword(*user, password)
	}
	model.Service.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	model.Service.RegisterEndpoints = true
	server := model.Service.NewServer()
	defer server.Close()
	// Set now: the directory of users, registered with the other services, has put its own check here.
	model.Map().SessionManager().ValidLogin = func(login *types.Login) bool {
		return login.UserName == *user && login.Password == password
	}
	fmt.Println("listening", server.URL.Host)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
}

// watch says when a clone or the slow method was asked for, lets the latter take its time, and refuses clones there is no room for.
func watch(slow string, delay time.Duration, capacity int64) func(*simulator.Context, *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	var clones atomic.Int64
	return func(_ *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		if method.Name == slow || method.Name == "CloneVM_Task" {
			fmt.Println("asked for", method.Name)
		}
		if method.Name == slow {
			time.Sleep(delay)
		}
		if method.Name == "CloneVM_Task" && clones.Add(1) > capacity && capacity > 0 {
			return nil, &types.InsufficientResourcesFault{}
		}
		return nil, nil
	}
}

// placement fills in what a vCenter says of every machine and the simulator leaves empty: the swap file lies with the machine.
type placement struct{}

func (placement) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Handler", Value: "placement"}
}

func (placement) PutObject(*simulator.Context, mo.Reference) {}

func (placement) UpdateObject(_ *simulator.Context, object mo.Reference, _ []types.PropertyChange) {
	if machine, found := object.(*mo.VirtualMachine); found && machine.Config != nil {
		machine.Config.SwapPlacement = string(types.VirtualMachineConfigInfoSwapPlacementTypeInherit)
	}
}

func (placement) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}

// makeTemplate turns the machine of the model into a template: a machine made from nothing is refused by the simulator.
func makeTemplate(model *simulator.Model, name string) {
	machine, found := model.Map().Any("VirtualMachine").(*simulator.VirtualMachine)
	if !found {
		log.Fatal("the model has no virtual machine")
	}
	machine.Name, machine.Config.Name, machine.Summary.Config.Name = name, name, name
	machine.Config.Template, machine.Summary.Config.Template = true, true
	// What the hosts offer is what machines have: a change would else be taken for an upgrade as well.
	hardware, _ := types.ParseHardwareVersion(machine.Config.Version)
	for _, entity := range model.Map().AllReference("EnvironmentBrowser") {
		browser, found := entity.(*simulator.EnvironmentBrowser)
		if !found {
			continue
		}
		browser.QueryConfigOptionResponse.Returnval = &types.VirtualMachineConfigOption{
			Version:         machine.Config.Version,
			DefaultDevice:   esx.VirtualDevice,
			HardwareOptions: types.VirtualHardwareOption{HwVersion: int32(hardware)},
		}
	}
}
