import type { CommandName } from './command-table.ts';

/** What commands do, in the languages that menus of platforms are also shown in. */
export const menuWords: Readonly<
  Record<CommandName, { readonly de: string; readonly es: string; readonly fr: string }>
> = {
  start: { de: 'Hallo sagen', es: 'Saludar', fr: 'Dire bonjour' },
  help: {
    de: 'Die Befehle zeigen, oder wie einer geschrieben wird',
    es: 'Ver los comandos, o cómo se escribe uno',
    fr: "Voir les commandes, ou comment l'une s'écrit",
  },
  status: {
    de: 'Agent, Modell, Sitzung und Warteschlange zeigen',
    es: 'Ver agente, modelo, sesión y cola',
    fr: "Voir l'agent, le modèle, la session et la file",
  },
  whoami: {
    de: 'Zeigen, wer du hier bist, und deine Kennung',
    es: 'Ver quién eres aquí y tu identificador',
    fr: 'Voir qui vous êtes ici, et votre identifiant',
  },
  new: {
    de: 'Ein neues Gespräch beginnen',
    es: 'Empezar una conversación nueva',
    fr: 'Commencer une nouvelle conversation',
  },
  reset: { de: 'Dasselbe wie /new', es: 'Lo mismo que /new', fr: 'La même chose que /new' },
  stop: {
    de: 'Die Antwort anhalten und Wartendes verwerfen',
    es: 'Detener la respuesta y descartar lo que espera',
    fr: 'Arrêter la réponse et abandonner ce qui attend',
  },
  rewind: {
    de: 'Die letzte Frage oder mehrere samt Antworten zurücknehmen',
    es: 'Retirar la última pregunta, o varias, con sus respuestas',
    fr: 'Retirer la dernière question, ou plusieurs, avec les réponses',
  },
  fork: {
    de: 'In einer neuen Sitzung weitermachen, die mit dieser beginnt',
    es: 'Seguir en una sesión nueva que empieza con toda esta',
    fr: 'Continuer dans une nouvelle session qui commence par celle-ci',
  },
  compact: {
    de: 'Das Gesagte zusammenfassen, damit Platz ist',
    es: 'Resumir lo dicho, para que haya sitio',
    fr: 'Résumer ce qui a été dit, pour faire de la place',
  },
  context: {
    de: 'Zeigen, was dem Modell gesagt wird und wie viel Platz bleibt',
    es: 'Ver qué se le dice al modelo y cuánto sitio queda',
    fr: 'Voir ce qui est dit au modèle, et la place qui reste',
  },
  model: {
    de: 'Das Modell dieser Sitzung zeigen oder wählen',
    es: 'Ver o elegir el modelo de esta sesión',
    fr: 'Voir ou choisir le modèle de cette session',
  },
  think: {
    de: 'Zeigen oder wählen, wie viel das Modell hier nachdenkt',
    es: 'Ver o elegir cuánto piensa aquí el modelo',
    fr: 'Voir ou choisir combien le modèle réfléchit ici',
  },
  usage: {
    de: 'Zeigen, was diese Sitzung verbraucht und gekostet hat',
    es: 'Ver qué ha usado esta sesión y qué ha costado',
    fr: 'Voir ce que cette session a utilisé et coûté',
  },
  tools: {
    de: 'Die Werkzeuge des Agenten hier zeigen, oder eines beschreiben',
    es: 'Ver las herramientas del agente aquí, o describir una',
    fr: "Voir les outils de l'agent ici, ou en décrire un",
  },
  memory: {
    de: 'Zeigen, was von dir gemerkt ist, oder darin suchen',
    es: 'Ver qué se recuerda de ti, o buscar en ello',
    fr: 'Voir ce qui est retenu de vous, ou y chercher',
  },
  agent: {
    de: 'Zeigen, welcher Agent hier antwortet',
    es: 'Ver qué agente responde aquí',
    fr: 'Voir quel agent répond ici',
  },
  sessions: {
    de: 'Die neuesten Sitzungen zeigen, oder welche suchen',
    es: 'Ver las sesiones más nuevas, o buscar algunas',
    fr: 'Voir les sessions les plus récentes, ou en chercher',
  },
  queue: {
    de: 'Was während einer Antwort mit Nachrichten geschieht',
    es: 'Qué pasa con los mensajes durante una respuesta',
    fr: 'Ce que deviennent les messages pendant une réponse',
  },
  pin: {
    de: 'Eine Daueranweisung hier oder für alle Sitzungen anheften; sie zeigen',
    es: 'Fijar una orden permanente aquí o para todas las sesiones; verlas',
    fr: 'Épingler une consigne ici ou pour toutes les sessions ; les voir',
  },
  unpin: {
    de: 'Eine Daueranweisung abnehmen',
    es: 'Quitar una orden permanente',
    fr: 'Retirer une consigne',
  },
  persona: {
    de: 'Die Persona dieser Sitzung zeigen oder wählen',
    es: 'Ver o elegir la persona de esta sesión',
    fr: 'Voir ou choisir la persona de cette session',
  },
  approve: {
    de: 'Einen wartenden Werkzeugaufruf zulassen oder ablehnen',
    es: 'Permitir o denegar una llamada de herramienta que espera',
    fr: "Autoriser ou refuser un appel d'outil en attente",
  },
  pair: {
    de: 'Zeigen, wer eingelassen werden will; jemanden einlassen oder abweisen',
    es: 'Ver quién pide entrar; dejar entrar a alguien o rechazarlo',
    fr: "Voir qui demande à entrer ; laisser entrer quelqu'un ou le refuser",
  },
};
