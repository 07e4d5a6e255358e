package main

import (
	"context"
	"flag"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// runToken writes a kubeconfig with a token of a service account.
func runToken(ctx context.Context, flags *flag.FlagSet, args []string) error {
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig")
	namespace := flags.String("namespace", "", "namespace of the account")
	account := flags.String("account", "", "name of the account")
	contextName := flags.String("context", "tuner-test", "name of the context")
	contextNamespace := flags.String("context-namespace", "", "namespace that the context names")
	output := flags.String("output", "", "file to write")
	_ = flags.Parse(args)

	config, err := connect(*kubeconfig)
	if err != nil {
		return err
	}
	_, err = writeAccountKubeconfig(ctx, config, *namespace, *account, *contextName, *contextNamespace, *output)
	return err
}

// writeAccountKubeconfig writes the file and returns the token in it.
func writeAccountKubeconfig(ctx context.Context, config *rest.Config, namespace, account, contextName, contextNamespace, file string) (string, error) {
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return "", err
	}
	seconds := int64(lifetime.Seconds())
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	answer, err := clients.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, account, request, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("token for %s/%s: %w", namespace, account, err)
	}
	cluster := &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	token := answer.Status.Token
	return token, writeKubeconfig(file, contextName, account, contextNamespace, cluster, &clientcmdapi.AuthInfo{Token: token})
}
